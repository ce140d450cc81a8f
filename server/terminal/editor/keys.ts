/** Keys → actions of the line editor, with the key bindings of readline. */
import type { Motion } from './line.ts'

/** A key press, as node:readline decodes it. */
export type Key = { name?: string; sequence?: string; ctrl?: boolean; meta?: boolean }

export type Action =
  | { type: 'insert'; text: string }
  | { type: 'move' | 'delete' | 'cut'; motion: Motion }
  | { type: 'recall'; step: -1 | 1 }
  | { type: 'paste'; on: boolean }
  /** A host lets in the client that waits longest outside, or turns it away. */
  | { type: 'admit'; on: boolean }
  | { type: 'yank' | 'complete' | 'enter' | 'interrupt' | 'end' | 'suspend' | 'clear' }

const named: Record<string, Action> = {
  return: { type: 'enter' },
  enter: { type: 'enter' },
  tab: { type: 'complete' },
  backspace: { type: 'delete', motion: 'left' },
  delete: { type: 'delete', motion: 'right' },
  left: { type: 'move', motion: 'left' },
  right: { type: 'move', motion: 'right' },
  home: { type: 'move', motion: 'start' },
  end: { type: 'move', motion: 'end' },
  up: { type: 'recall', step: -1 },
  down: { type: 'recall', step: 1 },
  'paste-start': { type: 'paste', on: true },
  'paste-end': { type: 'paste', on: false },
}

const withCtrl: Record<string, Action> = {
  a: { type: 'move', motion: 'start' },
  b: { type: 'move', motion: 'left' },
  c: { type: 'interrupt' },
  d: { type: 'end' },
  e: { type: 'move', motion: 'end' },
  f: { type: 'move', motion: 'right' },
  h: { type: 'delete', motion: 'left' },
  k: { type: 'cut', motion: 'end' },
  l: { type: 'clear' },
  n: { type: 'recall', step: 1 },
  p: { type: 'recall', step: -1 },
  u: { type: 'cut', motion: 'start' },
  w: { type: 'cut', motion: 'word left' },
  y: { type: 'yank' },
  z: { type: 'suspend' },
  left: { type: 'move', motion: 'word left' },
  right: { type: 'move', motion: 'word right' },
}

const withMeta: Record<string, Action> = {
  b: { type: 'move', motion: 'word left' },
  d: { type: 'cut', motion: 'word right' },
  f: { type: 'move', motion: 'word right' },
  left: { type: 'move', motion: 'word left' },
  right: { type: 'move', motion: 'word right' },
  backspace: { type: 'cut', motion: 'word left' },
  return: { type: 'admit', on: true },
  enter: { type: 'admit', on: true },
  delete: { type: 'admit', on: false },
}

/** Undefined for a key that does nothing. */
export function actionOf({ name = '', sequence = '', ctrl, meta }: Key): Action | undefined {
  const table = ctrl ? withCtrl : meta ? withMeta : named
  if (Object.hasOwn(table, name)) return table[name]
  // A sequence that begins with a control character is an unknown key.
  const isText = !ctrl && !meta && /^\P{Cc}/u.test(sequence)
  return isText ? { type: 'insert', text: sequence } : undefined
}
