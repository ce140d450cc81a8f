/**
 * Clients that wait outside, in the database: the hosts at every node see them, and decide.
 *
 * A node writes all of its own each time, so a lost answer or an ended lease loses none of them.
 */
import type { KnocksElsewhere } from '../../room/doors/knocks.ts'
import type { NodesListener } from '../../room/nodes/nodes.ts'
import type { Link } from './link.ts'
import type { Writer } from './writer.ts'

/** How long an answer may take, in ms. */
const ANSWER_MS = 5000

/**
 * `given`: an array of OwnKnock (doors/knocks.ts), all those at this node. Returns those at all nodes.
 * The numbers appear in their order: a host is shown only what comes after the latest known number.
 */
export const SHARE_KNOCKS = `CREATE FUNCTION share_knocks(by uuid, given jsonb)
RETURNS SETOF knocks LANGUAGE plpgsql AS $$
DECLARE
  isChanged boolean;
BEGIN
  DELETE FROM knocks k WHERE k.node = by AND NOT EXISTS
    (SELECT FROM jsonb_array_elements(given) g WHERE (g.value->>'handle')::bigint = k.handle);
  isChanged := FOUND;
  IF (SELECT count(*) FROM knocks k WHERE k.node = by) < jsonb_array_length(given) THEN
    PERFORM pg_advisory_xact_lock(hashtext('oneroom knocks ' || current_schema()));
    INSERT INTO knocks (node, handle, network, name, text, at)
      SELECT n.id, (g.value->>'handle')::bigint, g.value->>'address', g.value->>'name',
        g.value->>'text', g.value->>'at'
      FROM nodes n CROSS JOIN jsonb_array_elements(given) WITH ORDINALITY AS g (value, place)
      WHERE n.id = by AND NOT EXISTS (SELECT FROM knocks k
        WHERE k.node = by AND k.handle = (g.value->>'handle')::bigint)
      ORDER BY g.place;
    isChanged := true;
  END IF;
  IF isChanged THEN PERFORM pg_notify(current_schema(), by || ' knocks'); END IF;
  RETURN QUERY SELECT k.* FROM knocks k WHERE EXISTS (SELECT FROM nodes n WHERE n.id = k.node)
    ORDER BY k.number;
END $$`

type KnockRow = {
  number: number
  node: string
  handle: number
  network: string
  name: string | null
  text: string
  at: string
  admitted: boolean | null
}

export class PostgresKnocks implements KnocksElsewhere {
  /** Of this node. */
  readonly #id: string
  readonly #writer: Writer
  /** Has the tail look at once. */
  readonly #look: () => void
  /** Whether they may have changed, here or at another node. */
  hasNews = false

  constructor(id: string, writer: Writer, look: () => void) {
    this.#id = id
    this.#writer = writer
    this.#look = look
  }

  changed(): void {
    this.hasNews = true
    this.#look()
  }

  async decide(id: number, isAdmitted: boolean): Promise<boolean> {
    const rows = await this.#writer.write(
      `WITH decided AS (UPDATE knocks SET admitted = $2::text::boolean
         WHERE number = $1 AND (admitted IS NULL OR admitted = $2::text::boolean) RETURNING node)
       SELECT pg_notify(current_schema(), node || ' knocks') FROM decided`,
      [id, `${isAdmitted}`],
    )
    return rows.length > 0
  }

  /** Writes the knocks at this node, and tells the listener of all. */
  async share(link: Link, listener: NodesListener): Promise<void> {
    this.hasNews = false
    const rows = await link.query<KnockRow>(
      'SELECT * FROM share_knocks($1::uuid, $2::text::jsonb)',
      [this.#id, JSON.stringify(listener.ownKnocks())],
      ANSWER_MS,
    )
    listener.knocks(
      rows.map(({ number, node, handle, network, name, text, at, admitted }) => ({
        knock: { id: number, address: network, ...(name !== null && { name }), text, at },
        handle: node === this.#id ? handle : undefined,
        isAdmitted: admitted ?? undefined,
      })),
    )
  }
}
