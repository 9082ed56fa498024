/**
 * The microphone for sounds, not for speech: samples as the device gives them, nothing filtered.
 *
 * Not a module of its own: `recorder.js` follows it, for Streamlit takes one text as a component.
 */

const PLAIN = {
  noiseSuppression: false,
  echoCancellation: false,
  autoGainControl: false,
  voiceIsolation: false, // known to few browsers; the others do not mind
};
const MOST_CHANNELS = 2;

/** Runs in the audio thread: hands the samples over, channels interleaved, a block at a time. */
const TAP = `
  registerProcessor("tap", class extends AudioWorkletProcessor {
    constructor({ processorOptions }) {
      super();
      this.size = 2048 * processorOptions.channelCount;
      this.begin();
    }
    begin() {
      this.block = new Float32Array(this.size);
      this.filled = 0;
    }
    process([channels]) {
      const length = channels.length ? channels[0].length : 0;
      for (let i = 0; i < length; i += 1) {
        for (const channel of channels) this.block[this.filled++] = channel[i];
        if (this.filled === this.size) {
          this.port.postMessage(this.block, [this.block.buffer]);
          this.begin();
        }
      }
      return true;
    }
  });
`;

/** Why this page can have no microphone: "address", "browser", or "" if it can. */
function obstacle() {
  if (!window.isSecureContext) return "address";
  const able = navigator.mediaDevices?.getUserMedia && window.AudioWorkletNode;
  return able ? "" : "browser";
}

const TROUBLES = {
  browser:
    "This browser cannot hand over sound as the microphone gives it. What remains is the simple " +
    "recorder, under Record.",
  ended: "The microphone went away. Connect it again.",
  silent: "Nothing was heard. Is the microphone muted? Unmute it, then try again.",
  NotAllowedError:
    "The browser may not use the microphone. Allow it beside the page's address, or in the " +
    "settings of the system, then try again.",
  NotFoundError: "No microphone was found. Connect one, then try again.",
  NotReadableError:
    "The microphone is busy: another program holds it. Close that program, then try again.",
};

/** What went wrong, in a sentence for the person in front. */
function inWords(error) {
  return TROUBLES[error.name] ?? `The microphone could not be opened: ${error.message}`;
}

/**
 * Open the microphone and hand over its samples until `close` is called.
 *
 * @param {(block: Float32Array) => void} onBlock interleaved samples, full scale is 1
 * @param {() => void} onEnd the device was taken away
 */
async function openMicrophone(onBlock, onEnd) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: PLAIN });
  const [track] = stream.getAudioTracks();
  const settings = track.getSettings();
  const channels = Math.min(settings.channelCount ?? 1, MOST_CHANNELS);
  let context;
  const close = () => {
    track.onended = null;
    track.stop();
    context?.close();
  };
  try {
    // The device's rate: by itself a context takes the loudspeaker's. Firefox does not tell it.
    const { sampleRate } = settings;
    context = new AudioContext(sampleRate ? { sampleRate } : {});
    const tap = await addTap(context, channels);
    tap.port.onmessage = ({ data }) => onBlock(data);
    track.onended = onEnd;
    // Some browsers run only what leads to the loudspeaker. The tap puts out nothing but silence.
    context.createMediaStreamSource(stream).connect(tap).connect(context.destination);
    await context.resume();
    return { rate: context.sampleRate, channels, settings, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** The tap as a node of the context; its code comes from this page, not from the server. */
async function addTap(context, channelCount) {
  const module = URL.createObjectURL(new Blob([TAP], { type: "text/javascript" }));
  await context.audioWorklet.addModule(module).finally(() => URL.revokeObjectURL(module));
  return new AudioWorkletNode(context, "tap", {
    channelCount,
    channelCountMode: "explicit",
    processorOptions: { channelCount },
  });
}

/** 16-bit samples; bytes in the order of every processor that runs a browser, the lowest first. */
function as16Bit(block) {
  return Int16Array.from(block, (value) => Math.round(32767 * Math.max(-1, Math.min(1, value))));
}

/** The bytes of some blocks as base64. */
function asBase64(blocks) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(new Blob(blocks));
  });
}
