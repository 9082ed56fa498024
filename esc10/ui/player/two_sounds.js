/**
 * Two sounds that run together, of which one is heard: to switch is to go on at the same moment.
 *
 * data.id      changes with the data
 * data.sounds  both: {name, about, audio: its file in base64}
 */

const RATE = 44_100; // in hertz: both are decoded at it, and what plays them runs at it
const FADE_SECONDS = 0.005; // a step in a sound would click
const LEAD_SECONDS = 0.02; // both starts are heard of before they are due, or one might come late
const BREATH_SECONDS = 0.3; // of silence at the end, before both begin anew

/** Fade a gain from wherever it is: it comes within 5 % in the time of a fade. */
function fade(gain, to, now) {
  gain.cancelScheduledValues(now);
  gain.setTargetAtTime(to, now, FADE_SECONDS / 3);
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
}

/** The sound with silence after it. */
function filled(sound, length) {
  const { numberOfChannels } = sound;
  const whole = new AudioBuffer({ length, numberOfChannels, sampleRate: RATE });
  for (let channel = 0; channel < numberOfChannels; channel++) {
    whole.copyToChannel(sound.getChannelData(channel), channel);
  }
  return whole;
}

class TwoSounds {
  constructor(root) {
    const box = (this.box = root.querySelector("[data-player]"));
    this.part = (name) => box.querySelector(`.${name}`);
    this.choices = [...box.querySelectorAll("[aria-pressed]")];
    this.choices.forEach((choice, place) => (choice.onclick = () => this.choose(place)));
    this.part("play").onclick = () => this.toggle();
    this.part("line").onclick = ({ clientX }) => {
      const { left, width } = this.part("line").getBoundingClientRect();
      this.seek(((clientX - left) / width) * this.seconds);
    };
    box.onkeydown = (event) => this.press(event);
    // Some browsers press the button that has the focus only now.
    box.onkeyup = (event) => event.key === " " && event.preventDefault();
    // As an <audio> has them: the page's players stop each other, and keys play them.
    Object.defineProperties(box, {
      paused: { get: () => !this.playing },
      currentTime: { get: () => this.moment(), set: (moment) => this.seek(moment) },
      play: { value: async () => this.play() },
      pause: { value: () => this.pause() },
    });
  }

  /** Python has drawn the page again: with the same sounds they go on. */
  update({ id, sounds }) {
    if (this.id === id) return;
    this.pause();
    [this.id, this.sounds, this.from, this.seconds] = [id, [], 0, 0];
    sounds.forEach(({ name, about }, place) => {
      this.choices[place].querySelector("b").textContent = name;
      this.choices[place].querySelector("small").textContent = about;
    });
    this.choose(0);
    this.complain("");
    this.decode(id, sounds);
  }

  async decode(id, sounds) {
    const decoder = new OfflineAudioContext(1, 1, RATE);
    const tried = await Promise.allSettled(
      sounds.map(({ audio }) => decoder.decodeAudioData(bytes(audio))),
    );
    if (this.id !== id) return; // others have come meanwhile
    const failed = sounds.filter((_, place) => !tried[place].value).map(({ name }) => name);
    if (failed.length) {
      this.complain(`This browser cannot decode ${failed.join(" and ")}. Another one may.`);
      return;
    }
    const decoded = tried.map(({ value }) => value);
    const length = Math.max(...decoded.map((sound) => sound.length));
    this.seconds = length / RATE;
    this.sounds = decoded.map((sound) => filled(sound, length + BREATH_SECONDS * RATE));
    this.draw();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (this.playing || !this.sounds.length) return;
    // Not before somebody has asked for sound: browsers keep one silent that nobody did.
    this.context ??= new AudioContext({ sampleRate: RATE });
    this.context.resume();
    this.begin();
    this.box.dispatchEvent(new Event("sounding", { composed: true }));
    this.draw();
  }

  pause() {
    if (!this.playing) return;
    this.from = this.moment();
    this.end();
    this.draw();
  }

  seek(moment) {
    this.from = Math.max(0, Math.min(this.seconds, moment));
    if (this.playing) {
      this.end();
      this.begin();
    }
    this.draw();
  }

  /** Where both are, in seconds; they stand at their end while they take breath. */
  moment() {
    if (!this.playing) return this.from;
    const gone = this.from + Math.max(0, this.context.currentTime - this.playing.began);
    return Math.min(this.seconds, gone % this.sounds[0].duration);
  }

  begin() {
    const { context } = this;
    const began = context.currentTime + LEAD_SECONDS;
    const volume = new GainNode(context, { gain: 0 });
    volume.connect(context.destination);
    const sources = this.sounds.map(
      (buffer) => new AudioBufferSourceNode(context, { buffer, loop: true }),
    );
    const gains = sources.map((source, place) => {
      const heard = new GainNode(context, { gain: Number(place === this.heard) });
      source.connect(heard).connect(volume);
      source.start(began, this.from);
      return heard.gain;
    });
    fade(volume.gain, 1, began);
    this.playing = { began, volume, sources, gains };
  }

  end() {
    const { context } = this;
    const { volume, sources } = this.playing;
    this.playing = null;
    fade(volume.gain, 0, context.currentTime);
    for (const source of sources) source.stop(context.currentTime + LEAD_SECONDS);
    sources[0].onended = () => {
      volume.disconnect();
      if (this.closed) context.close();
      else if (!this.playing) context.suspend();
    };
  }

  /** Hear the other one, at the same moment. */
  choose(place) {
    this.heard = place;
    this.choices.forEach((choice, each) => choice.setAttribute("aria-pressed", each === place));
    this.playing?.gains.forEach((gain, each) =>
      fade(gain, Number(each === place), this.context.currentTime),
    );
  }

  press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const switches = ["x", "X", "ArrowLeft", "ArrowRight"].includes(event.key);
    if (!switches && event.key !== " ") return;
    event.preventDefault(); // nor do the page's players take it
    if (event.repeat) return;
    if (switches) this.choose(1 - this.heard);
    else this.toggle();
  }

  draw() {
    const play = this.part("play");
    play.disabled = !this.sounds.length;
    play.setAttribute("aria-label", this.playing ? "Pause" : "Play");
    const moment = this.moment();
    this.part("done").style.width = `${(100 * moment) / (this.seconds || 1)}%`;
    this.part("clock").textContent = `${moment.toFixed(1)} of ${this.seconds.toFixed(1)} s`;
    cancelAnimationFrame(this.frame);
    if (this.playing) this.frame = requestAnimationFrame(() => this.draw());
  }

  complain(text) {
    this.part("trouble").textContent = text;
    this.part("trouble").hidden = !text;
    this.draw();
  }

  close() {
    this.closed = true;
    if (this.playing) this.pause();
    else this.context?.close();
    cancelAnimationFrame(this.frame);
  }
}

/** One for each place on the page: Streamlit calls again whenever `data` has changed. */
const pairs = new WeakMap();

export default function ({ data, parentElement: root }) {
  if (!pairs.has(root)) pairs.set(root, new TwoSounds(root));
  const pair = pairs.get(root);
  pair.update(data);
  // Also called for a drawing that another one has overtaken: then the element is still there.
  return () => {
    if (!root.host.isConnected) pair.close();
  };
}
