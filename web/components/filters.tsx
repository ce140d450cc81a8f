/** The filters of a search: person, room, time, mentions. Each can be left out. */
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'

/** Names that are offered. */
const NAMES = 100
/** The value of the choice of all rooms, which no room can have as its name. */
export const ALL = '*'

type Props = {
  session: Session
  /** By room. */
  labels: ReadonlyMap<string, string>
  onChange: () => void
}

export function Filters({ session, labels, onChange }: Props) {
  const { members, room } = session.peek()
  return (
    <details class="filters" onChange={onChange}>
      <summary class="note">{more.filters}</summary>
      <div class="grid">
        <label>
          {more.searchFrom}
          <input name="from" list="searched-names" maxLength={256} autocomplete="off" />
          <datalist id="searched-names">
            {[...members.values()].slice(0, NAMES).map(({ id, name }) => (
              <option key={id} value={name} />
            ))}
          </datalist>
        </label>
        {labels.size > 1 && (
          <label>
            {more.searchRoom}
            <select name="room">
              {[...labels].map(([name, label]) => (
                <option key={name} value={name} selected={name === room}>
                  {label}
                </option>
              ))}
              <option value={ALL}>{more.allRooms}</option>
            </select>
          </label>
        )}
        <label>
          {more.searchSince}
          <input name="since" type="date" />
        </label>
        <label>
          {more.searchUntil}
          <input name="until" type="date" />
        </label>
      </div>
      <label class="switch">
        <input name="mentions" type="checkbox" />
        {more.mentionsMe}
      </label>
    </details>
  )
}
