-- Limits on how many jobs run at the same time. The migration that makes their tables runs this file.
--
-- A limit ("gate") has a name: scope:value, such as user:0190a1b2-… or queue:ai. Its places are rows of job_slot. A claim locks
-- free ones in its own statement and writes job and token into them. Whatever ends the claim frees them in the same transaction,
-- by a trigger. So there is nothing to count and nothing to expire.
--
-- A job that finds no slot is parked (blocked_on 'limit:<gate>'), and each freed slot lets one go. Parker and freer must not
-- miss each other, or a job would sleep beside a free slot. So the parker holds the gate's advisory lock, and looks once more
-- for a free slot after it has it; freers share that lock from before they look for parked jobs until they have committed.
-- The parker never waits for the lock, hence no deadlock: what it cannot park now it will look at again.
-- Each function is one call of one statement: a client that is frozen in the middle of it holds up nobody.

CREATE FUNCTION job_limit_lock(gate text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT hashtext(gate) & 255 -- few, so that a batch of a thousand does not fill the lock table
$$;

-- The gates of a job under the rules that there are now. A rule for '*' makes a gate for each value.
CREATE FUNCTION job_limits_of(queue text, job_type text, user_id uuid, limit_key text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT ARRAY(
        SELECT part.scope || ':' || part.value
        FROM (
            VALUES ('queue', $1), ('type', $2), ('user', $3::text), ('key', $4)
        ) AS part (scope, value)
        WHERE part.value IS NOT NULL AND EXISTS (
            SELECT FROM job_limit WHERE job_limit.scope = part.scope AND job_limit.key IN (part.value, '*')
        )
    )
$$;

-- How many slots a gate shall have; NULL without a rule. A rule of its own goes before that for all.
CREATE FUNCTION job_limit_slots(gate text) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT slots FROM job_limit
    WHERE scope = split_part($1, ':', 1) AND key IN (substr($1, strpos($1, ':') + 1), '*')
    ORDER BY key = '*' LIMIT 1
$$;

-- Gives a gate as many slots as its rule says. Runs beyond it (the limit was lowered, or is younger than they are) hold extra
-- ones, which vanish with them. To be called with the gate's lock alone.
CREATE FUNCTION fit_job_slots(gate text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    wanted integer := coalesce(job_limit_slots(gate), 0);
    surplus integer;
    changed integer;
BEGIN
    DELETE FROM job_slot WHERE id = ANY (ARRAY(
        SELECT id FROM job_slot WHERE name = gate AND job_id IS NULL
        LIMIT (SELECT count(*) FROM job_slot WHERE name = gate AND extra)
        FOR UPDATE SKIP LOCKED
    ));
    SELECT count(*) - wanted INTO surplus FROM job_slot WHERE name = gate AND NOT extra;
    IF surplus < 0 THEN
        UPDATE job_slot SET extra = false WHERE id = ANY (ARRAY(
            SELECT id FROM job_slot WHERE name = gate AND extra ORDER BY id LIMIT -surplus FOR UPDATE SKIP LOCKED
        ));
        GET DIAGNOSTICS changed = ROW_COUNT;
        INSERT INTO job_slot (name) SELECT gate FROM generate_series(1, -surplus - changed);
    ELSIF surplus > 0 THEN
        DELETE FROM job_slot WHERE id = ANY (ARRAY(
            SELECT id FROM job_slot WHERE name = gate AND job_id IS NULL LIMIT surplus FOR UPDATE SKIP LOCKED
        ));
        GET DIAGNOSTICS changed = ROW_COUNT;
        UPDATE job_slot SET extra = true WHERE id = ANY (ARRAY(
            SELECT id FROM job_slot WHERE name = gate AND job_id IS NOT NULL AND NOT extra
            ORDER BY id DESC LIMIT surplus - changed FOR UPDATE SKIP LOCKED
        ));
    END IF;
END
$$;

-- Lets the next parked jobs of a gate go, in the order of sort_key; returns how many.
CREATE FUNCTION let_limited_jobs_go(gate text, most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    ready text;
    gone integer := 0;
BEGIN
    FOR ready IN
        UPDATE ai_job SET runnable = true, blocked_on = NULL
        WHERE id = ANY (ARRAY(
            SELECT id FROM ai_job WHERE status = 'queued' AND blocked_on = 'limit:' || gate
            ORDER BY sort_key, id LIMIT most FOR NO KEY UPDATE SKIP LOCKED
        ))
        RETURNING queue
    LOOP
        gone := gone + 1;
        PERFORM pg_notify('job_ready', ready);
    END LOOP;
    RETURN gone;
END
$$;

-- The end of a claim, whatever ended it: its slots are free, and each lets one parked job go.
CREATE FUNCTION give_back_job_slots() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    slot record;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(19529, job_limit_lock(gate)) FROM unnest(OLD.limit_names) AS gate;
    FOR slot IN
        SELECT id, name, extra FROM job_slot
        WHERE job_id = OLD.id AND claim_token = OLD.claim_token ORDER BY id FOR UPDATE
    LOOP
        IF slot.extra OR EXISTS (SELECT FROM job_slot WHERE name = slot.name AND extra) THEN
            DELETE FROM job_slot WHERE id = slot.id; -- the extra ones must go before others may come
        ELSE
            UPDATE job_slot SET job_id = NULL, claim_token = NULL WHERE id = slot.id;
            PERFORM let_limited_jobs_go(slot.name, 1);
        END IF;
    END LOOP;
    IF OLD.limit_names && ARRAY['queue:' || OLD.queue] THEN
        PERFORM pg_notify('job_ready', OLD.queue); -- jobs of a full queue are not parked, the queue is passed over
    END IF;
    RETURN NULL;
END
$$;

-- Parks jobs that found no slot: ids[n] lacked lacking[n]. A gate that has a slot by now keeps its jobs runnable. others are
-- gates that the same jobs had to leave unused: whoever is parked there may have them. Returns how many were parked.
CREATE FUNCTION park_limited_jobs(ids uuid[], lacking text[], others text[]) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    gate text;
    parked integer := 0;
    changed integer;
BEGIN
    FOR gate IN SELECT DISTINCT name FROM unnest(lacking) AS name LOOP
        CONTINUE WHEN NOT pg_try_advisory_xact_lock(19529, job_limit_lock(gate));
        PERFORM fit_job_slots(gate);
        CONTINUE WHEN gate LIKE 'queue:%' OR EXISTS (SELECT FROM job_slot WHERE name = gate AND job_id IS NULL);
        UPDATE ai_job SET runnable = false, blocked_on = 'limit:' || gate
        WHERE id = ANY (ARRAY(
            SELECT ai_job.id FROM unnest(ids, lacking) AS job (id, lacks) JOIN ai_job ON ai_job.id = job.id
            WHERE job.lacks = gate AND ai_job.status = 'queued' AND ai_job.runnable
            FOR NO KEY UPDATE OF ai_job SKIP LOCKED
        ));
        GET DIAGNOSTICS changed = ROW_COUNT;
        parked := parked + changed;
    END LOOP;
    FOR gate IN SELECT DISTINCT name FROM unnest(others) AS name LOOP
        CONTINUE WHEN NOT pg_try_advisory_xact_lock(19529, job_limit_lock(gate));
        PERFORM let_limited_jobs_go(
            gate, (SELECT count(*)::integer FROM job_slot WHERE name = gate AND job_id IS NULL)
        );
    END LOOP;
    RETURN parked;
END
$$;

-- The backstop, about once a second. Runs that began before their rule, or beside it, get slots; slots whose claim is gone are
-- freed; gates get what their rules say; parked jobs go where there is room, or no rule any more. Returns what it changed.
CREATE FUNCTION tend_job_limits() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    run record;
    found_gate record;
    lost bigint[];
    gone integer;
    changes integer := 0;
BEGIN
    FOR run IN
        SELECT id, claim_token, gates FROM ai_job
        CROSS JOIN LATERAL job_limits_of(queue, job_type, user_id, limit_key) AS gates
        WHERE worker_id IS NOT NULL AND status = 'processing' AND EXISTS (
            SELECT FROM unnest(gates) AS gate
            WHERE NOT EXISTS (SELECT FROM job_slot WHERE job_id = ai_job.id AND name = gate)
        )
        LIMIT 500
        FOR NO KEY UPDATE OF ai_job SKIP LOCKED
    LOOP
        UPDATE ai_job SET limit_names = run.gates WHERE id = run.id AND claim_token = run.claim_token;
        CONTINUE WHEN NOT FOUND;
        INSERT INTO job_slot (name, job_id, claim_token, extra)
        SELECT gate, run.id, run.claim_token, true FROM unnest(run.gates) AS gate
        WHERE NOT EXISTS (SELECT FROM job_slot WHERE job_id = run.id AND name = gate);
        changes := changes + 1;
    END LOOP;

    -- Locked first and judged by a new statement: the one that locks may see an older claim of the same job.
    lost := ARRAY(
        SELECT id FROM job_slot WHERE job_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM ai_job WHERE ai_job.id = job_slot.job_id AND ai_job.claim_token = job_slot.claim_token
        )
        LIMIT 500 FOR UPDATE SKIP LOCKED
    );
    UPDATE job_slot SET job_id = NULL, claim_token = NULL, extra = false
    WHERE id = ANY (lost) AND NOT EXISTS (
        SELECT FROM ai_job WHERE ai_job.id = job_slot.job_id AND ai_job.claim_token = job_slot.claim_token
    );

    FOR found_gate IN
        WITH RECURSIVE parked AS ( -- one look into the index for each gate, however many are parked there
            (
                SELECT blocked_on FROM ai_job
                WHERE status = 'queued' AND blocked_on >= 'limit:' AND blocked_on < 'limit;' ORDER BY blocked_on LIMIT 1
            )
            UNION ALL
            SELECT (
                SELECT blocked_on FROM ai_job
                WHERE status = 'queued' AND blocked_on > parked.blocked_on AND blocked_on < 'limit;'
                ORDER BY blocked_on LIMIT 1
            )
            FROM parked WHERE parked.blocked_on IS NOT NULL
        ),

        known AS (
            SELECT name, count(*) FILTER (WHERE NOT extra) AS slots, bool_or(extra) AS crowded, bool_or(job_id IS NULL) AS room
            FROM job_slot GROUP BY name
        )

        SELECT coalesce(known.name, substr(parked.blocked_on, 7)) AS name
        FROM known
        FULL JOIN (SELECT blocked_on FROM parked WHERE blocked_on IS NOT NULL) AS parked
            ON parked.blocked_on = 'limit:' || known.name
        CROSS JOIN LATERAL job_limit_slots(coalesce(known.name, substr(parked.blocked_on, 7))) AS wanted
        WHERE (wanted IS NULL AND (known.slots > 0 OR parked.blocked_on IS NOT NULL))
            OR known.slots <> wanted
            OR (known.crowded AND known.room)
            OR (parked.blocked_on IS NOT NULL AND (known.room OR known.name IS NULL))
        LIMIT 200
    LOOP
        CONTINUE WHEN NOT pg_try_advisory_xact_lock(19529, job_limit_lock(found_gate.name));
        PERFORM fit_job_slots(found_gate.name);
        gone := let_limited_jobs_go(
            found_gate.name,
            CASE
                WHEN job_limit_slots(found_gate.name) IS NULL THEN 1000
                ELSE (SELECT count(*)::integer FROM job_slot WHERE name = found_gate.name AND job_id IS NULL)
            END
        );
        IF found_gate.name LIKE 'queue:%' THEN
            PERFORM pg_notify('job_ready', substr(found_gate.name, 7));
        END IF;
        changes := changes + 1;
    END LOOP;

    -- Gates of single users and keys are made when they are needed. Idle ones are forgotten once there are many.
    IF (SELECT count(*) FROM (SELECT FROM job_slot LIMIT 5001) AS slot) > 5000 THEN
        DELETE FROM job_slot WHERE id = ANY (ARRAY(
            SELECT id FROM job_slot AS idle
            WHERE job_id IS NULL AND (name LIKE 'user:%' OR name LIKE 'key:%')
                AND NOT EXISTS (SELECT FROM job_slot AS busy WHERE busy.name = idle.name AND busy.job_id IS NOT NULL)
            LIMIT 1000 FOR UPDATE SKIP LOCKED
        ));
    END IF;
    RETURN changes;
END
$$;

CREATE TRIGGER claim_ended AFTER UPDATE ON ai_job FOR EACH ROW
WHEN (OLD.limit_names IS NOT NULL AND OLD.claim_token IS NOT NULL AND NEW.claim_token IS DISTINCT FROM OLD.claim_token)
EXECUTE FUNCTION give_back_job_slots();

CREATE TRIGGER claimed_deleted AFTER DELETE ON ai_job FOR EACH ROW
WHEN (OLD.limit_names IS NOT NULL AND OLD.claim_token IS NOT NULL)
EXECUTE FUNCTION give_back_job_slots();
