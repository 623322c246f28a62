const NOTES = [659.25, 880]; // Hz: e, a
const NOTE_SECONDS = 0.12;
const LOUDNESS = 0.08;

let context: AudioContext | null = null;

/** Two soft notes. Browsers keep a page silent until somebody has clicked in it: then nothing is heard, and nothing fails. */
export async function playTone(): Promise<void> {
  try {
    context ??= new AudioContext();
    await context.resume();
    NOTES.forEach((frequency, place) => play(context as AudioContext, frequency, place * NOTE_SECONDS));
  } catch {
    // No sound device, or none allowed.
  }
}

function play(audio: AudioContext, frequency: number, after: number): void {
  const start = audio.currentTime + after;
  const [note, volume] = [audio.createOscillator(), audio.createGain()];
  note.frequency.value = frequency;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.01);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + NOTE_SECONDS);
  note.connect(volume).connect(audio.destination);
  note.start(start);
  note.stop(start + NOTE_SECONDS);
}
