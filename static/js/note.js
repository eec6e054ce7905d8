// A word on what was just done, or could not be, over the end of the conversation: for those who look and for those who listen.
const SHOWN = 5_000;

export function teller(announcer) {
  const note = document.getElementById("timeline-note");
  let hiding = null;
  return (words) => {
    announcer.say(words);
    note.textContent = words;
    note.hidden = false;
    clearTimeout(hiding);
    hiding = setTimeout(() => (note.hidden = true), SHOWN);
  };
}
