// What the server told this page when it drew it.
export const boot = JSON.parse(document.getElementById("boot").textContent);
