// A player whose playhead runs over a sound's spectrogram and over the votes of its frames.
//
// data.id                  changes with the data
// data.audio, data.kind    the sound file in base64, and its MIME type
// data.seconds             how long it plays: all pictures are as long
// data.rows                pictures from top to bottom: {name, about, picture: PNG in base64}
// data.scale               what stands at the left of the first picture, in HTML
// data.unit, data.marks    the time axis: what it counts, and [second, label]
// data.classes             class names
// data.winners, .percent   for each frame its class, as a place in classes, and its probability;
//                          empty where frames have no votes

function blobUrl(base64, type) {
  // No data: address: browsers differ in how long one may be, and seek in it badly.
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return URL.createObjectURL(new Blob([bytes], { type }));
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

function draw(rows, data) {
  rows.replaceChildren();
  data.rows.forEach(({ name, about, picture }, place) => {
    const src = `data:image/png;base64,${picture}`;
    const className = place ? "votes" : "spectrum";
    rows.append(element("span", { textContent: name }));
    rows.append(element("img", { src, className, alt: about, draggable: false }));
  });
  rows.append(element("div", { className: "scale", innerHTML: data.scale }));
  const marks = element("div", { className: "marks" });
  for (const [second, label] of data.marks) {
    const share = (100 * second) / data.seconds;
    const mark = element("span", { textContent: label });
    mark.style.left = `${share}%`;
    // In the middle below its moment, but within the axis at its ends.
    const before = share > 98 ? 100 : share < 2 ? 0 : 50;
    mark.style.transform = `translateX(${-before}%)`;
    marks.append(mark);
  }
  rows.append(element("span", { textContent: data.unit }), marks);
  rows.append(element("div", { className: "line" }));
}

// Out of a shadow root `play` is not told: `page_players.js` listens for this.
function sounding({ target }) {
  target.dispatchEvent(new Event("sounding", { composed: true }));
}

export default function ({ data, parentElement: root }) {
  const [now, audio, rows] = ["now", "audio", "rows"].map((part) =>
    root.querySelector(`[data-part=${part}]`),
  );

  function follow() {
    const share = Math.min(1, audio.currentTime / data.seconds);
    const picture = rows.querySelector("img");
    rows.querySelector(".line").style.left = `${picture.offsetLeft + share * picture.offsetWidth}px`;
    const votes = data.winners.length;
    if (votes) {
      const place = Math.min(votes - 1, Math.floor(share * votes));
      now.firstElementChild.textContent = data.classes[data.winners[place]];
      now.lastElementChild.textContent = `${data.percent[place]}%`;
    }
    cancelAnimationFrame(rows.frame);
    if (!audio.paused) rows.frame = requestAnimationFrame(follow);
  }

  if (audio.dataset.id !== data.id) {
    // Drawn again with the same data it must go on playing.
    URL.revokeObjectURL(audio.src);
    audio.src = blobUrl(data.audio, data.kind);
    audio.dataset.id = data.id;
    now.hidden = !data.winners.length;
    draw(rows, data);
  }
  for (const event of ["play", "pause", "seeking", "seeked", "ended"]) audio[`on${event}`] = follow;
  audio.addEventListener("play", sounding);
  rows.onclick = (click) => {
    if (click.target.tagName !== "IMG") return;
    const { left, width } = click.target.getBoundingClientRect();
    audio.currentTime = (data.seconds * (click.clientX - left)) / width;
    follow();
  };
  // One for each place on the page: Streamlit calls again whenever `data` has changed.
  rows.observer?.disconnect();
  rows.observer = new ResizeObserver(follow);
  rows.observer.observe(rows);
  return () => {
    // Also called for a drawing that another one has overtaken: then the element is still there.
    if (root.host.isConnected) return;
    cancelAnimationFrame(rows.frame);
    rows.observer.disconnect();
    audio.pause();
    URL.revokeObjectURL(audio.src);
  };
}
