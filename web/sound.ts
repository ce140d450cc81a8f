/** A short sound, synthesised, so that no file is loaded. */

let context: AudioContext | undefined

/** Two soft tones within a third of a second. */
export function chime(): void {
  context ??= new AudioContext()
  for (const [at, pitch] of [
    [0, 660],
    [0.12, 880],
  ] as const) {
    const start = context.currentTime + at
    const tone = new OscillatorNode(context, { frequency: pitch })
    const loudness = new GainNode(context, { gain: 0 })
    loudness.gain.linearRampToValueAtTime(0.08, start + 0.01)
    loudness.gain.exponentialRampToValueAtTime(0.0001, start + 0.2)
    tone.connect(loudness).connect(context.destination)
    tone.start(start)
    tone.stop(start + 0.2)
  }
}
