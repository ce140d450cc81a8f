/**
 * The functions in the database for the nodes: their leases, who is at which of them, and the order
 * in which the others learn of it.
 *
 * A function that takes `lock_news` MUST lock nothing afterwards that another may hold while it waits
 * for that lock, except rows of `people` and `nodes`.
 */

/** A node without a sign of life for this time, in ms, has no people any more. */
export const LEASE_MS = 6000
/** The same for a node whose session is gone: it may be about to connect again. */
const QUIET_MS = 2000
/** How long a person who is at no node is remembered, in s: other nodes learn within this time. */
const REMEMBERED_S = 3600
/** Acts that are remembered. A node that has missed more starts again. */
const REMEMBERED_ACTS = 10_000

/** People who are remembered as having given the room code. */
const MOST_ADMITTED = 10_000

/** SQLSTATE of `present` for a node whose lease has ended. */
export const NO_LEASE = 'OR002'

/** Until the end of the transaction, no other has a version of `news`. */
const LOCK_NEWS = `CREATE FUNCTION lock_news() RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtext('oneroom news ' || current_schema()))
$$`

/**
 * Changes of the people of a node: an array of [kind, id, name, skeleton, via, rooms, mark, words]. The
 * kinds:
 *
 * - `arrive`: from whatever node, or with another name; with the words of the room code, if it was given
 * - `return`: like `arrive`, unless the person is at another node: the lease of this node had ended
 * - `change`: if the person still is at this node
 * - `leave`: the same; without the other fields
 * - `only`: everybody at this node leaves, except those whose ids are in the array that follows
 *
 * Returns for each of them 'ok', 'name' if another person has the name, or 'elsewhere'.
 */
const PRESENT = `CREATE FUNCTION present(by uuid, changes jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  change jsonb;
  answer text;
  answers jsonb := '[]';
BEGIN
  PERFORM lock_news();
  PERFORM 1 FROM nodes n WHERE n.id = by;
  IF NOT FOUND THEN RAISE EXCEPTION 'the lease has ended' USING ERRCODE = '${NO_LEASE}'; END IF;
  FOR change IN SELECT c.value FROM jsonb_array_elements(changes) c LOOP
    answer := 'ok';
    BEGIN
      IF change->>0 = 'leave' THEN
        UPDATE people p SET node = NULL, version = nextval('news'), at = now()
          WHERE p.id = change->>1 AND p.node = by;
      ELSIF change->>0 = 'only' THEN
        UPDATE people p SET node = NULL, version = nextval('news'), at = now()
          WHERE p.node = by AND p.id NOT IN (SELECT jsonb_array_elements_text(change->1));
      ELSIF change->>0 = 'change' THEN
        UPDATE people p SET via = change->>4, rooms = change->>5, mark = change->>6,
          version = nextval('news')
          WHERE p.id = change->>1 AND p.node = by;
      ELSE
        INSERT INTO people AS p (id, node, name, skeleton, via, rooms, mark, version)
          VALUES (change->>1, by, change->>2, change->>3, change->>4, change->>5, change->>6,
            nextval('news'))
          ON CONFLICT (id) DO UPDATE SET node = excluded.node, name = excluded.name,
            skeleton = excluded.skeleton, via = excluded.via, rooms = excluded.rooms,
            mark = excluded.mark, version = excluded.version
          WHERE change->>0 = 'arrive' OR p.node IS NULL OR p.node = by;
        IF NOT FOUND THEN answer := 'elsewhere'; END IF;
        IF change->>7 IS NOT NULL THEN
          INSERT INTO admissions AS a (person, words) VALUES (change->>1, change->>7)
            ON CONFLICT (person) DO UPDATE SET words = excluded.words, at = now();
        END IF;
      END IF;
    EXCEPTION WHEN unique_violation THEN
      answer := 'name';
    END;
    answers := answers || to_jsonb(answer);
  END LOOP;
  PERFORM pg_notify(current_schema(), by || ' people');
  RETURN answers;
END $$`

/** All people of a node leave. MUST be called under lock_news. */
const VACATE = `CREATE FUNCTION vacate(ended uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE people p SET node = NULL, version = nextval('news'), at = now() WHERE p.node = ended;
  DELETE FROM usages u WHERE u.node = ended;
  DELETE FROM knocks k WHERE k.node = ended;
  IF FOUND THEN PERFORM pg_notify(current_schema(), ended || ' knocks'); END IF;
  DELETE FROM nodes n WHERE n.id = ended;
  PERFORM pg_notify(current_schema(), ended || ' people');
END $$`

/**
 * A sign of life of a node, whose session holds the advisory lock `held`. Returns when the node got
 * its lease, as a version of news: if that is later than before, the database has nobody of it. Ends
 * the leases of nodes that have died: nodes without a sign of life, and nodes whose session is gone.
 */
const BEAT = `CREATE FUNCTION beat(by uuid, named text, held bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  other record;
  began bigint;
BEGIN
  UPDATE nodes n SET at = now(), lease = held WHERE n.id = by RETURNING n.born INTO began;
  IF NOT FOUND THEN
    PERFORM lock_news();
    began := nextval('news');
    INSERT INTO nodes (id, name, lease, born) VALUES (by, named, held, began);
  END IF;
  FOR other IN SELECT * FROM nodes n WHERE n.id <> by LOOP
    IF other.at < now() - interval '${LEASE_MS} ms' OR (other.at < now() - interval '${QUIET_MS} ms'
        AND pg_try_advisory_xact_lock(other.lease)) THEN
      PERFORM lock_news();
      -- Another node may have ended it, or it has come back.
      PERFORM 1 FROM nodes n WHERE n.id = other.id AND n.at = other.at AND n.lease = other.lease;
      IF FOUND THEN PERFORM vacate(other.id); END IF;
    END IF;
  END LOOP;
  RETURN began;
END $$`

/**
 * `given`: an array of Usage (networks.ts), which counts what the clients of each network do at this
 * node. Returns the same counts for all other nodes together, without the networks that they do not
 * have. Not durable: the counts are of this second.
 */
const SHARE = `CREATE FUNCTION share(by uuid, given jsonb)
RETURNS TABLE (network text, open bigint, taken jsonb) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO usages (node, network, open, taken, at)
    SELECT by, g.value->>'network', (g.value->>'open')::integer, g.value->'taken', now()
    FROM jsonb_array_elements(given) g ORDER BY 2
    ON CONFLICT (network, node) DO UPDATE
      SET open = excluded.open, taken = excluded.taken, at = excluded.at;
  RETURN QUERY SELECT u.network, sum(u.open), (SELECT coalesce(jsonb_object_agg(t.what, t.count), '{}')
      FROM (SELECT e.key AS what, sum(e.value::bigint) AS count FROM usages v
        CROSS JOIN LATERAL jsonb_each_text(v.taken) e
        WHERE v.network = u.network AND v.node <> by GROUP BY e.key) t)
    FROM usages u WHERE u.node <> by
      AND u.network IN (SELECT g.value->>'network' FROM jsonb_array_elements(given) g)
    GROUP BY u.network;
END $$`

/**
 * Forgets people and acts that every node has learned of. Under lock_news, so that nobody comes back
 * meanwhile.
 */
const FORGET = `CREATE FUNCTION forget_news() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_news();
  DELETE FROM people WHERE id IN (SELECT id FROM people
    WHERE node IS NULL AND at < now() - interval '${REMEMBERED_S} s' LIMIT 1000);
  DELETE FROM admissions WHERE person IN (SELECT person FROM admissions
    ORDER BY at DESC OFFSET ${MOST_ADMITTED} LIMIT 1000);
  DELETE FROM usages WHERE open = 0 AND at < now() - interval '1 hour';
  DELETE FROM acts WHERE version <
    (SELECT version FROM acts ORDER BY version DESC OFFSET ${REMEMBERED_ACTS} LIMIT 1);
END $$`

export const NODE_FUNCTIONS = [LOCK_NEWS, PRESENT, VACATE, BEAT, SHARE, FORGET]
