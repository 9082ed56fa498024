/**
 * What a person sees of the microphone: a button, a level, a clock. `microphone.js` goes before.
 *
 * `data.live` says which of two things it is. A recorder keeps a take until Stop and sends it
 * whole. A listener sends the samples of each second, but never before Python has drawn what came
 * of the last ones (`data.received` names them): where that takes long, old samples are dropped.
 */

const TAKE_SECONDS = 60;
const CHUNK_SECONDS = 1;
const WAKING_SECONDS = 3; // some devices, those by radio above all, begin with nothing but zeros
const HEARD_SECONDS = 5; // what a network hears, so older samples of a listener are of no use

const QUIETEST_DB = -60; // the meter's left end; its right end is full scale
const HOLD_SECONDS = 1;
const FALL_DB_PER_SECOND = 20;
const TOO_LOUD_DB = -0.01;
const TOO_LOUD = "Too loud: go further away, or turn the microphone down.";

/** A bar that shows the loudest sample of each block, and a mark that holds the peak for a while. */
class Meter {
  constructor(root) {
    this.meter = root.querySelector(".meter");
    this.level = root.querySelector(".level");
    this.peak = root.querySelector(".peak");
    this.clear();
  }

  clear() {
    this.held = QUIETEST_DB;
    this.age = 0;
    this.draw(QUIETEST_DB);
  }

  /** @param {number} loudest of the block's samples @param {number} seconds the block's length */
  show(loudest, seconds) {
    const now = Math.max(QUIETEST_DB, Math.min(0, 20 * Math.log10(loudest)));
    this.age += seconds;
    if (this.age > HOLD_SECONDS) this.held -= FALL_DB_PER_SECOND * seconds;
    if (now >= this.held) [this.held, this.age] = [now, 0];
    this.draw(now);
  }

  draw(now) {
    const percent = (level) => 100 * (1 - level / QUIETEST_DB);
    this.level.style.clipPath = `inset(0 ${100 - percent(now)}% 0 0)`;
    this.peak.style.left = `calc(${percent(this.held)}% - 0.2rem)`;
    this.meter.setAttribute("aria-valuenow", Math.round(now));
  }
}

/** The button, the meter and the clock; and what has been heard and not been sent. */
class Recorder {
  constructor(root) {
    this.meter = new Meter(root);
    this.part = (name) => root.querySelector(`.${name}`);
    this.button = root.querySelector("button");
    this.button.onclick = () => (this.microphone ? this.stop() : this.start());
    this.microphone = null; // while it is closed
    this.sent = null; // the name of the message that Python has not answered yet
    const local = this.part("local");
    local.href = local.textContent = `http://localhost:${location.port || 80}${location.pathname}`;
  }

  /** Python has drawn the page again. */
  update({ data, setTriggerValue }) {
    this.live = data.live;
    this.tell = setTriggerValue;
    if (this.sent !== null && data.received === this.sent) {
      this.sent = null;
      if (!this.live) this.say(this.why);
    }
    this.drawButton();
    if (obstacle()) this.refuse(obstacle());
  }

  /** Nothing can be recorded here: say so before anybody tries. */
  refuse(why) {
    this.button.disabled = true;
    this.part("ways").hidden = why !== "address";
    if (why !== "address") this.complain(TROUBLES[why]);
  }

  async start() {
    this.button.disabled = true;
    this.complain("");
    this.say("Waiting for the browser's permission …");
    try {
      const opened = await openMicrophone(
        (block) => this.hear(block),
        () => this.lose(),
      );
      if (this.closed) return opened.close();
      this.microphone = opened;
    } catch (error) {
      this.complain(inWords(error));
    }
    [this.blocks, this.frames, this.unsent] = [[], 0, 0];
    [this.began, this.sent] = [Date.now(), null];
    this.button.disabled = false;
    this.say("");
    this.drawButton();
  }

  /** Take a block in, and send or end when it is time. */
  hear(block) {
    if (!this.microphone) return;
    const { rate, channels } = this.microphone;
    const loudest = block.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (!loudest && !this.frames && Date.now() - this.began < 1000 * WAKING_SECONDS) {
      this.say("Waiting for the microphone …");
      return;
    }
    const length = block.length / channels;
    this.meter.show(loudest, length / rate);
    this.blocks.push(as16Bit(block));
    this.frames += length;
    this.unsent += length;
    const seconds = this.frames / rate;
    const most = this.live ? "" : ` of ${TAKE_SECONDS}`;
    this.part("clock").textContent = `${Math.floor(seconds)}${most} s`;
    this.say(this.meter.held > TOO_LOUD_DB ? TOO_LOUD : "");
    if (this.live) this.sendWhenAwaited(rate, length);
    else if (seconds >= TAKE_SECONDS) this.stop(`Stopped: ${TAKE_SECONDS} seconds are the most.`);
  }

  /** A listener's second, unless the one before is still being looked at. */
  sendWhenAwaited(rate, length) {
    const seconds = this.unsent / rate;
    const lost = seconds >= HEARD_SECONDS; // a message that nobody has answered for so long
    if (seconds >= CHUNK_SECONDS && (this.sent === null || lost)) this.send();
    else if (lost) {
      this.blocks.shift();
      this.unsent -= length;
    }
  }

  /** The device was taken away; what came before that is kept. */
  lose() {
    this.stop();
    this.complain(TROUBLES.ended);
  }

  stop(why = "") {
    if (!this.microphone) return;
    this.microphone.close();
    this.why = why;
    this.say("");
    if (!this.frames) this.complain(TROUBLES.silent);
    else if (!this.live) {
      this.say("Sending …");
      this.send();
    }
    this.microphone = null;
    this.meter.clear();
    this.drawButton();
  }

  /** Send what has not been sent. After Stop, a listener sends nothing more. */
  async send() {
    const { blocks, began, microphone } = this;
    const { rate, channels, settings } = microphone;
    const sent = (this.sent = Date.now());
    [this.blocks, this.unsent] = [[], 0];
    const pcm = await asBase64(blocks);
    if (this.closed || (this.live && this.microphone !== microphone)) return;
    const granted = Object.fromEntries(Object.keys(PLAIN).map((name) => [name, settings[name]]));
    this.tell("sound", { pcm, rate, channels, settings: granted, began, sent });
  }

  say(text) {
    const note = this.part("note");
    if (note.textContent !== text) note.textContent = text; // a screen reader reads each change
  }

  complain(text) {
    this.part("trouble").textContent = text;
    this.part("trouble").hidden = !text;
  }

  drawButton() {
    this.part("recorder").classList.toggle("on", Boolean(this.microphone));
    const begin = this.live ? "Listen" : "Record";
    this.part("label").textContent = this.microphone ? "Stop" : begin;
  }

  close() {
    this.closed = true;
    this.stop();
  }
}

/** One recorder for each place on the page: Streamlit calls again whenever `data` has changed. */
const recorders = new WeakMap();

export default function (component) {
  const root = component.parentElement;
  if (!recorders.has(root)) recorders.set(root, new Recorder(root));
  const recorder = recorders.get(root);
  recorder.update(component);
  // Also called for a drawing that another one has overtaken: then the element is still there.
  return () => {
    if (!root.host.isConnected) recorder.close();
  };
}
