/** A component in a chunk of its own, loaded when it is drawn first. */
import { useSignal } from '@preact/signals'
import type { ComponentType, FunctionComponent } from 'preact'
import { useEffect } from 'preact/hooks'

/** Draws nothing until it is loaded. If loading fails, calls `onClose`, so that it can be opened again. */
export function lazily<P extends object>(
  load: () => Promise<FunctionComponent<P>>,
): FunctionComponent<P & { onClose?: () => void }> {
  return function Lazy(props: P & { onClose?: () => void }) {
    const loaded = useSignal<{ Component: ComponentType<P> } | null>(null)
    useEffect(() => {
      load().then(
        (Component) => {
          loaded.value = { Component }
        },
        () => props.onClose?.(),
      )
    }, [])
    if (loaded.value === null) return null
    const { Component } = loaded.value
    return <Component {...props} />
  }
}
