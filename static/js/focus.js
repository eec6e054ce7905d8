// Tells the server as long as somebody looks at this room: meanwhile they are told of nothing in it, on any device.
export function tellFocus(connection) {
  let told = false;
  const tell = () => {
    const on = document.visibilityState === "visible" && document.hasFocus();
    if (on !== told && connection.send({ type: "focus", on })) told = on;
  };
  document.addEventListener("visibilitychange", tell);
  for (const change of ["focus", "blur"]) addEventListener(change, tell);
  connection.addEventListener("welcome", () => {
    told = false;
    tell();
  });
}
