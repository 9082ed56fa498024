// One sound at a time: a player that begins stops the one that plays.

const SIGN = "oneSoundAtATime";

let playing = null;

function begins(player) {
  if (player === playing) return;
  playing?.pause();
  playing = player;
}

function listen() {
  // `play` does not bubble, but it is seen on its way down. One that happens in a shadow root does
  // not get here at all: the player in there tells it again as `sounding`.
  for (const event of ["play", "sounding"]) {
    document.addEventListener(event, (told) => begins(told.composedPath()[0]), true);
  }
  // The recorder plays with an element that stands in no document, so its events go nowhere.
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function () {
    begins(this);
    return play.call(this);
  };
}

export default function () {
  // Once for a window: pages come and go in it, and each of them brings this along.
  const { dataset } = document.documentElement;
  if (dataset[SIGN]) return;
  dataset[SIGN] = "yes";
  listen();
}
