/** Asks the browser what it says of itself; nothing is recorded, and no permission asked for. */

/** What Python is told; see `esc10.lesson.rehearsal.Browser`. */
function said(permission) {
  const able = Boolean(navigator.mediaDevices?.getUserMedia && window.AudioWorkletNode);
  return { secure: window.isSecureContext, able, permission };
}

/** The permission to use the microphone; null where this browser does not say. */
async function asked() {
  try {
    return await navigator.permissions.query({ name: "microphone" });
  } catch {
    return null;
  }
}

let told = "";

export default function ({ setStateValue }) {
  const tell = (permission) => {
    const now = said(permission?.state ?? "unknown");
    // Each telling draws the page again, and calls this again.
    if (told === JSON.stringify(now)) return;
    told = JSON.stringify(now);
    setStateValue("browser", now);
  };
  let permission = null;
  let gone = false;
  asked().then((answer) => {
    if (gone) return;
    permission = answer;
    if (permission) permission.onchange = () => tell(permission);
    tell(permission);
  });
  return () => {
    gone = true;
    if (permission) permission.onchange = null;
    told = "";
  };
}
