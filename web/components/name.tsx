/** The name of a person in its colour, and the kind of their connection. */
import type { Via } from '../../shared/protocol.ts'
import { texts } from '../language.ts'

export function Name({ name, hue }: { name: string; hue: number }) {
  return (
    <bdi class="name" ref={(element) => element?.style.setProperty('--hue', String(hue))}>
      {name}
    </bdi>
  )
}

export function Tag({ via }: { via: Via }) {
  return <span class={`tag ${via}`}>{texts.via(via)}</span>
}
