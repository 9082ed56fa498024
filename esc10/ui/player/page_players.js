// What a page's players do together. One sound at a time: a player that begins stops the one that
// plays, and is the current one. Space plays or pauses it; right and left go to the next player and
// to the one before, and play it.
//
// A player is an <audio controls>, or an element marked `data-player` that has play(), pause(),
// paused and currentTime as well; in the document or in a shadow root.

const SIGN = "pagePlayers";
const PLAYERS = "audio[controls], [data-player]";
const STEPS = { " ": 0, ArrowRight: 1, ArrowLeft: -1 };

// Whatever has the focus keeps the keys that it has a use for itself.
const roles = (...names) => names.map((name) => `[role=${name}]`);
const USES_ARROWS = [
  "input:not([type=checkbox])",
  ...["textarea", "select", "canvas", "video", "[contenteditable]:not([contenteditable=false])"],
  ...roles("textbox", "searchbox", "spinbutton", "combobox", "listbox", "option", "slider"),
  ...roles("tab", "radio", "menu", "menuitem", "grid", "gridcell", "tree", "treeitem"),
].join();
const USES_SPACE = ["input, button, summary", ...roles("button", "checkbox", "switch")].join();

let current = null;
let place = -1; // of the current one among its page's players, for when it has been replaced
let page = "";

/** All that can be seen, from top to bottom. */
function players() {
  const found = [...document.querySelectorAll("*")].flatMap((element) =>
    element.shadowRoot
      ? [...element.shadowRoot.querySelectorAll(PLAYERS)]
      : element.matches(PLAYERS)
        ? element
        : [],
  );
  // What lies behind a dialog is inert.
  const reached = (player) => !(player.getRootNode().host ?? player).closest("[inert]");
  return found.filter((player) => player.checkVisibility() && reached(player));
}

function begins(player) {
  if (player === current) return;
  current?.pause();
  current?.removeAttribute("aria-current");
  current = player;
  place = players().indexOf(player);
  page = location.pathname;
  // The recorder plays with an element that stands in no document: nobody comes to it by keys.
  if (place >= 0) player.setAttribute("aria-current", "true");
}

/** Somebody's click leaves the focus on a part of a browser's own player, which lets no key out. */
function leavePart(player) {
  const inPart = player.matches("audio:focus-within:not(:focus)");
  if (inPart && !player.ended) player.focus({ preventScroll: true });
}

function play(player) {
  // Where a sound cannot be played, its player shows it.
  player.play()?.catch(() => {});
}

function toggle(player) {
  if (player.paused) play(player);
  else player.pause();
}

function goTo(player) {
  player.currentTime = 0;
  player.scrollIntoView({ block: "nearest" });
  play(player);
}

function press(event) {
  const step = STEPS[event.key];
  if (step === undefined || event.defaultPrevented) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const focused = event.composedPath()[0];
  if (focused.closest?.(USES_ARROWS) || (!step && focused.closest?.(USES_SPACE))) return;
  const all = players();
  if (!all.length) return;
  event.preventDefault();
  event.stopPropagation();
  if (event.repeat) return;
  const among = (player) => all.indexOf(player);
  const before = page === location.pathname ? place : -1;
  const here = [focused, current].map(among).find((found) => found >= 0) ?? before;
  const next = Math.max(0, Math.min(all.length - 1, here + step));
  if (!step) toggle(all[next]);
  else if (next !== among(current)) goTo(all[next]);
  // The keys are the players' now, and not those of a button that was pressed before. In two sounds
  // they would mean something else: nobody gets caught there.
  const native = [focused, all[next]].every((each) => each.localName === "audio");
  if (native) all[next].focus({ preventScroll: true });
  else focused.blur?.();
}

function listen() {
  // `play` does not bubble, but it is seen on its way down. One that happens in a shadow root does
  // not get here at all: the player in there tells it again as `sounding`. Either may come late,
  // when another one has begun and has stopped it.
  for (const event of ["play", "sounding"]) {
    const heard = (player) => player.paused || begins(player);
    document.addEventListener(event, (told) => heard(told.composedPath()[0]), true);
  }
  for (const event of ["play", "sounding", "pause"]) {
    document.addEventListener(event, (told) => leavePart(told.composedPath()[0]), true);
  }
  // The recorder plays with an element that stands in no document, so its events go nowhere.
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function () {
    begins(this);
    return play.call(this);
  };
  // A browser's own player that has the focus would take the key as well, to play or pause once
  // more or to seek: it never hears of it. Everything else is asked first.
  const ownPlayer = (event) => event.composedPath()[0].localName === "audio";
  document.addEventListener("keydown", (event) => ownPlayer(event) && press(event), true);
  document.addEventListener("keydown", press);
}

export default function () {
  // Once for a window: pages come and go in it, and each of them brings this along.
  const { dataset } = document.documentElement;
  if (dataset[SIGN]) return;
  dataset[SIGN] = "yes";
  listen();
}
