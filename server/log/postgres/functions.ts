/**
 * The functions in the database that change logs. Each call is one statement and one transaction.
 *
 * MUST lock the rows of logs in the order that all servers have: that of the groups in `append`.
 */

import { MESSAGE_SIGNS } from '../../../shared/reactions.ts'
import { CODE_RULE } from '../../room/doors/doors.ts'
import { SHARE_KNOCKS } from './knocks.ts'
import { NODE_FUNCTIONS } from './nodes.ts'

/** Events in one block of the full-text index, as a power of 2. */
export const BLOCK_BITS = 12

/**
 * The lexeme of an event's block. It begins with a `/`, which no word has, so that no prefix of a word
 * finds it. With it, a search reads the index of one log, and of its latest events first.
 */
const BLOCK = `CREATE FUNCTION block(log integer, seq bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT '''/' || log || '/' || (seq >> ${BLOCK_BITS}) || ''''
$$`

/**
 * Appends to several logs: all or nothing.
 *
 * `by`, `turn`: the server's id and the number of this append, which grows by one. The same turn
 * asked again is answered with what the first attempt did. An earlier turn fails, so an attempt that
 * the server has given up cannot overtake a later append.
 * `line`: the timeline that the server knows.
 * `groups`: an array of Group (rows.ts), ordered by key, each with drafts whose ids differ.
 * `changes`: an array of [key, value] of rules, ordered by key; a null ends the rule.
 *
 * Returns for each group [before, head, repeats]: the heads of the log, and [place, seq] of each
 * draft whose id is in the log already.
 *
 * The lock of a row is written to the WAL, so the commit waits for the disk, and for a synchronous
 * standby, also if all drafts are repeats.
 */
const APPEND = `CREATE FUNCTION append(by uuid, turn bigint, line text, groups jsonb, changes jsonb)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  latest record;
  answers jsonb := '[]';
  heads jsonb := '{}';
  part jsonb;
  target integer;
  before bigint;
  added bigint;
  repeats jsonb;
  places bigint[];
  acted bigint[] := '{}';
  subject text;
  rule jsonb;
  told jsonb;
BEGIN
  IF left(pg_walfile_name(pg_current_wal_lsn()), 8) <> line THEN
    RAISE EXCEPTION 'another timeline' USING ERRCODE = 'OR001';
  END IF;
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;

  SELECT w.turn, w.answer INTO latest FROM writers w WHERE w.id = by FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO writers (id) VALUES (by) ON CONFLICT DO NOTHING;
    SELECT w.turn, w.answer INTO latest FROM writers w WHERE w.id = by FOR UPDATE;
  END IF;
  IF latest.turn = turn THEN
    RETURN latest.answer;
  ELSIF latest.turn > turn THEN
    RAISE EXCEPTION 'append % came after append %', turn, latest.turn;
  END IF;

  FOR part IN SELECT g.value FROM jsonb_array_elements(groups) g LOOP
    SELECT l.number, l.head INTO target, before FROM logs l WHERE l.key = part->>'key' FOR UPDATE;
    IF NOT FOUND THEN
      INSERT INTO logs (key, name, first_person, second_person)
        VALUES (part->>'key', part->>'name', part->'persons'->>0, part->'persons'->>1)
        ON CONFLICT DO NOTHING;
      SELECT l.number, l.head INTO target, before FROM logs l WHERE l.key = part->>'key' FOR UPDATE;
    END IF;

    repeats := NULL;
    places := '{}';
    LOOP
      BEGIN
        INSERT INTO events (log, seq, at, kind, person, name, via, text, id, act, reply, quote, words)
          SELECT target, before + d.at, (d.draft->>0)::bigint, d.draft->>1, d.draft->>2, d.draft->>3,
            d.draft->>4, d.draft->>5, d.draft->>6, d.draft->>7, (d.draft->>10)::bigint,
            -- A quote of a text that was taken away meanwhile is not stored.
            CASE WHEN d.draft->>11 IS NOT NULL AND NOT EXISTS (SELECT FROM events a WHERE a.log = target
              AND a.seq = (d.draft->>10)::bigint AND a.redacted IS NOT NULL) THEN d.draft->>11 END,
            (d.draft->>8 || ' ' || block(target, before + d.at))::tsvector
          FROM (SELECT e.draft, row_number() OVER (ORDER BY e.place) AS at
            FROM jsonb_array_elements(part->'drafts') WITH ORDINALITY AS e (draft, place)
            WHERE NOT e.place = ANY (places)) d;
        GET DIAGNOSTICS added = ROW_COUNT;
        EXIT;
      EXCEPTION WHEN unique_violation THEN
        -- An id is repeated, and the statement has inserted nothing.
        IF repeats IS NOT NULL THEN RAISE; END IF;
        -- EXECUTE plans it anew for the size that the table has now.
        EXECUTE 'SELECT jsonb_agg(jsonb_build_array(d.place - 1, e.seq)), array_agg(d.place)
          FROM jsonb_array_elements($1) WITH ORDINALITY AS d (draft, place)
          CROSS JOIN LATERAL (SELECT seq FROM events WHERE log = $2 AND person = d.draft->>2
            AND id = d.draft->>6 LIMIT 1) e'
          INTO repeats, places USING part->'drafts', target;
        IF repeats IS NULL THEN RAISE; END IF;
      END;
    END LOOP;

    IF added > 0 THEN
      SELECT d.draft->>9 INTO subject
        FROM jsonb_array_elements(part->'drafts') WITH ORDINALITY AS d (draft, place)
        WHERE (part->'hasTopic')::boolean AND d.draft->>9 IS NOT NULL AND NOT d.place = ANY (places)
        ORDER BY d.place DESC LIMIT 1;
      UPDATE logs SET head = before + added, topic = coalesce(subject, topic)
        WHERE number = target;
      told := heads || jsonb_build_object(part->>'key', jsonb_build_array(before, before + added));
      -- A payload has less than 8000 bytes.
      IF octet_length(by || ' ' || told) > 7900 THEN
        PERFORM pg_notify(current_schema(), by || ' ' || heads);
        told := jsonb_build_object(part->>'key', jsonb_build_array(before, before + added));
      END IF;
      heads := told;
      -- Every node knows the rules, and the rooms with their topics.
      IF (part->>'hasAct')::boolean OR (part->>'hasTopic')::boolean
          OR (before = 0 AND part->>'persons' IS NULL) THEN
        acted := acted || array[ARRAY[target, before]];
      END IF;
    END IF;

    FOR rule IN SELECT r.value FROM jsonb_array_elements(part->'redactions') r LOOP
      UPDATE events e SET text = '', redacted = rule->>1, reactions = NULL, words = block(e.log, e.seq)::tsvector
        WHERE e.log = target AND e.seq = (rule->>0)::bigint;
      UPDATE events e SET quote = NULL
        WHERE e.log = target AND e.reply = (rule->>0)::bigint AND e.reply IS NOT NULL;
    END LOOP;
    FOR rule IN SELECT r.value FROM jsonb_array_elements(part->'reacting') r LOOP
      UPDATE events e SET reactions = (SELECT jsonb_agg(g.value ORDER BY g.place)::text FROM (
          SELECT x.value, x.place FROM jsonb_array_elements(e.reactions::jsonb) WITH ORDINALITY AS x (value, place)
            WHERE x.value->>0 <> rule->>1 OR x.value->>1 <> rule->>2
          UNION ALL SELECT jsonb_build_array(rule->1, rule->2, rule->3), ${MESSAGE_SIGNS} + 1
            WHERE (rule->>4)::boolean) g (value, place))
        WHERE e.log = target AND e.seq = (rule->>0)::bigint AND e.redacted IS NULL
          AND (NOT (rule->>4)::boolean OR e.reactions IS NULL
            OR jsonb_array_length(e.reactions::jsonb) < ${MESSAGE_SIGNS});
    END LOOP;
    answers := answers || jsonb_build_array(jsonb_build_array(before, before + added, repeats));
  END LOOP;

  -- After the rows of all logs: a transaction with this lock waits for none of them.
  IF cardinality(acted) > 0 THEN
    PERFORM lock_news();
    FOR place IN 1 .. array_length(acted, 1) LOOP
      INSERT INTO acts (version, log, seq) SELECT nextval('news'), e.log, e.seq FROM events e
        WHERE e.log = acted[place][1] AND e.seq > acted[place][2]
          AND (e.act::jsonb->>'type' <> 'react' OR e.kind = 'topic' OR e.seq = 1) ORDER BY e.seq;
    END LOOP;
    PERFORM pg_notify(current_schema(), by || ' acts');
  END IF;
  FOR rule IN SELECT c.value FROM jsonb_array_elements(changes) c LOOP
    PERFORM keep_rule(rule->>0, rule->>1);
  END LOOP;
  UPDATE writers w SET turn = append.turn, answer = answers, at = now() WHERE w.id = by;
  IF heads <> '{}' THEN
    PERFORM pg_notify(current_schema(), by || ' ' || heads);
  END IF;
  RETURN answers;
END $$`

/** A value of null ends the rule. Nobody has given a room code that is new. */
const KEEP_RULE = `CREATE FUNCTION keep_rule(named text, content text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF content IS NULL THEN
    DELETE FROM rules WHERE key = named;
  ELSE
    INSERT INTO rules (key, value) VALUES (named, content)
      ON CONFLICT (key) DO UPDATE SET value = excluded.value;
  END IF;
  IF named = '${CODE_RULE}' THEN
    DELETE FROM admissions WHERE words IS DISTINCT FROM content::jsonb->>'words';
  END IF;
END $$`

/**
 * Deletes at most `most` of the oldest events of a log: those before the latest `retain` (0: none of
 * them), and those before the time `oldest` (null: none), up to the first that is young enough.
 * Events with a time after `present` do not count as young: the clock was wrong. Keeps the latest
 * event. Returns how many were deleted; null while another server deletes.
 */
const TRIM = `CREATE FUNCTION trim_log(target integer, retain bigint, oldest bigint, present bigint, most bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  low bigint;
  high bigint;
  last bigint := 0;
  young bigint;
  aged bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('oneroom trim ' || current_schema())) THEN
    RETURN NULL;
  END IF;
  SELECT first, head INTO low, high FROM logs WHERE number = target FOR UPDATE;
  IF NOT FOUND THEN RETURN 0; END IF;
  IF retain > 0 THEN last := high - retain; END IF;
  IF oldest IS NOT NULL THEN
    SELECT min(seq) INTO young FROM events
      WHERE log = target AND seq BETWEEN low AND low + most - 1 AND at BETWEEN oldest AND present;
    SELECT max(seq) INTO aged FROM events
      WHERE log = target AND seq BETWEEN low AND coalesce(young - 1, low + most - 1) AND at < oldest;
    last := greatest(last, aged);
  END IF;
  last := least(last, high - 1, low + most - 1);
  IF last < low THEN RETURN 0; END IF;
  DELETE FROM events WHERE log = target AND seq BETWEEN low AND last;
  UPDATE logs SET first = last + 1 WHERE number = target;
  RETURN last - low + 1;
END $$`

export const FUNCTIONS = [BLOCK, KEEP_RULE, ...NODE_FUNCTIONS, SHARE_KNOCKS, APPEND, TRIM]
