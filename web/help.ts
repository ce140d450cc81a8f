/** The help that is open, of all commands or of one; null if none is. */
import { signal } from '@preact/signals'
import type { CommandName } from '../shared/commands.ts'

export const help = signal<{ about?: CommandName } | null>(null)

/** Whether the sheet of keys is open. */
export const shortcutsOpen = signal(false)
