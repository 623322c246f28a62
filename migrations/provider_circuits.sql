-- Whether a provider may be asked. The migration that makes the tables runs this file.
--
-- closed: ask. open: nobody asks until open_until. half_open: one job asks, the probe, and all others wait for what comes of it.
-- Jobs that may not ask are blocked on 'provider:<name>' until they are let go.
--
-- After a refusal for too many calls the circuit learns how many a window of the provider has room for (budget). From then on
-- every call is noted. One may be made while fewer than the budget could fall into the same window as itself; beyond that a
-- call is a probe, alone under way. So a window wastes one call at most, wherever it begins and whatever stalls.
-- Nobody says how long a window is. It began between asking for and being answered the first call after the last refusal, and
-- ends when the refusal says: that gives the longest and the shortest that it can be, of which the smallest seen are kept.
-- All is forgotten when no refusal has come for two windows.

-- The calls that could fall into one window with a call made now. One that is under way is taken to arrive within a window.
CREATE FUNCTION provider_calls(asked text, span interval, OUT calls integer, OUT under_way integer, OUT first_asked timestamptz, OUT room_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT
        count(*)::integer,
        count(*) FILTER (WHERE answered_at IS NULL)::integer,
        min(asked_at),
        min(gone_at)
    FROM provider_call
    CROSS JOIN LATERAL (SELECT least(coalesce(answered_at, 'infinity'), asked_at + span) + span AS gone_at) AS call
    WHERE provider = asked AND CASE
        WHEN span IS NOT NULL THEN gone_at > clock_timestamp()
        ELSE answered_at IS NOT NULL
            OR EXISTS (SELECT FROM ai_job WHERE id = job_id AND claim_token = token)
    END
$$;

-- How many jobs may go and ask now: what the budget has left, one where a probe is due, all where nothing is known.
CREATE FUNCTION provider_room(asked text) RETURNS integer LANGUAGE plpgsql STABLE AS $$
DECLARE
    circuit provider_circuit;
    made record;
BEGIN
    SELECT * INTO circuit FROM provider_circuit WHERE provider = asked;
    CASE circuit.state
        WHEN 'open' THEN
            RETURN (circuit.open_until <= clock_timestamp())::integer;
        WHEN 'half_open' THEN
            RETURN (NOT EXISTS (
                SELECT FROM ai_job WHERE id = circuit.probe_job AND claim_token = circuit.probe_token
            ))::integer;
        ELSE
            IF circuit.budget IS NULL OR circuit.forget_at <= clock_timestamp() THEN
                RETURN 1000;
            END IF;
            SELECT * INTO made FROM provider_calls(asked, circuit.window_longest);
            RETURN greatest(circuit.budget - made.calls, (made.under_way = 0)::integer);
    END CASE;
END
$$;

CREATE FUNCTION ask_provider(asked text, asking uuid, claim uuid, OUT admitted boolean, OUT until timestamptz)
LANGUAGE plpgsql AS $$
DECLARE
    circuit provider_circuit;
BEGIN
    admitted := true;
    SELECT * INTO circuit FROM provider_circuit WHERE provider = asked;
    IF NOT FOUND OR (circuit.state = 'closed' AND circuit.budget IS NULL) THEN
        RETURN; -- as a rule: nothing is locked or written
    END IF;
    SELECT * INTO circuit FROM provider_circuit WHERE provider = asked FOR UPDATE;
    IF circuit.state = 'closed' AND (circuit.budget IS NULL OR circuit.forget_at <= clock_timestamp()) THEN
        PERFORM forget_provider(asked);
        RETURN;
    END IF;
    -- A claim token alone is not enough: jobs that were claimed together share it.
    IF (circuit.probe_job, circuit.probe_token) IS DISTINCT FROM (asking, claim) THEN
        IF provider_room(asked) < 1 THEN
            admitted := false;
            until := greatest(
                CASE
                    WHEN circuit.state = 'open' THEN circuit.open_until
                    WHEN circuit.state = 'closed' THEN (SELECT room_at FROM provider_calls(asked, circuit.window_longest))
                END,
                clock_timestamp() + interval '1 second'
            );
            RETURN;
        END IF;
        IF circuit.state <> 'closed' OR circuit.budget <= (SELECT calls FROM provider_calls(asked, circuit.window_longest)) THEN
            UPDATE provider_circuit SET
                state = 'half_open', probe_job = asking, probe_token = claim, updated_at = clock_timestamp()
            WHERE provider = asked;
        END IF;
    END IF;
    INSERT INTO provider_call (provider, job_id, token) SELECT asked, asking, claim WHERE circuit.budget IS NOT NULL;
END
$$;

-- Back to knowing nothing about how much a provider has room for.
CREATE FUNCTION forget_provider(asked text) RETURNS void LANGUAGE sql AS $$
    UPDATE provider_circuit SET budget = NULL, window_longest = NULL, window_shortest = NULL
    WHERE provider = asked AND budget IS NOT NULL;
    DELETE FROM provider_call WHERE provider = asked;
$$;

-- Lets as many of the jobs that wait for a provider go as may ask it now, in their order; returns how many.
CREATE FUNCTION let_provider_jobs_go(asked text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    ready text;
    gone integer := 0;
BEGIN
    FOR ready IN
        UPDATE ai_job SET runnable = true, blocked_on = NULL, wait_reason = NULL
        WHERE id = ANY (ARRAY(
            SELECT id FROM ai_job WHERE status = 'queued' AND blocked_on = 'provider:' || asked
            ORDER BY sort_key, id LIMIT provider_room(asked)
            FOR NO KEY UPDATE SKIP LOCKED
        ))
        RETURNING queue
    LOOP
        gone := gone + 1;
        PERFORM pg_notify('job_ready', ready);
    END LOOP;
    RETURN gone;
END
$$;

-- What came of asking. how: ok; busy, for so many seconds; down; none, if nothing can be said. Returns until when the circuit is
-- open, NULL if it is not.
CREATE FUNCTION note_provider(asked text, asking uuid, claim uuid, how text, seconds double precision, why text, patience integer)
RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
    circuit provider_circuit;
    made record;
    call bigint;
    probing boolean;
    pause interval := seconds * interval '1 second';
BEGIN
    SELECT * INTO circuit FROM provider_circuit WHERE provider = asked;
    IF how IN ('ok', 'none') AND (NOT FOUND OR (circuit.state = 'closed' AND circuit.budget IS NULL AND circuit.failures = 0)) THEN
        RETURN NULL;
    END IF;
    INSERT INTO provider_circuit (provider) VALUES (asked) ON CONFLICT DO NOTHING;
    SELECT * INTO circuit FROM provider_circuit WHERE provider = asked FOR UPDATE;
    probing := circuit.state = 'half_open' AND (circuit.probe_job, circuit.probe_token) = (asking, claim);
    SELECT id INTO call FROM provider_call
    WHERE provider = asked AND job_id = asking AND token = claim AND answered_at IS NULL ORDER BY id LIMIT 1;
    IF how = 'busy' THEN
        DELETE FROM provider_call WHERE id = call; -- it took no room
    ELSE
        UPDATE provider_call SET answered_at = clock_timestamp() WHERE id = call;
    END IF;
    IF how IN ('ok', 'none') THEN
        IF how = 'ok' AND (probing OR circuit.state = 'closed') THEN
            SELECT * INTO made FROM provider_calls(asked, circuit.window_longest);
            UPDATE provider_circuit SET
                state = 'closed', failures = 0, reason = NULL, probe_job = NULL, probe_token = NULL,
                -- There was room for one more, if all these calls were surely in one window.
                budget = CASE
                    WHEN budget IS NOT NULL AND probing AND (window_shortest IS NULL OR made.first_asked + window_shortest > clock_timestamp())
                        THEN greatest(budget, made.calls)
                    ELSE budget
                END,
                updated_at = clock_timestamp()
            WHERE provider = asked;
        ELSIF how = 'none' AND probing THEN -- somebody else may find out
            UPDATE provider_circuit SET state = 'open', open_until = clock_timestamp(), probe_job = NULL, probe_token = NULL
            WHERE provider = asked;
        END IF;
        PERFORM let_provider_jobs_go(asked);
        RETURN NULL;
    END IF;
    IF how = 'down' THEN
        UPDATE provider_circuit SET failures = failures + 1, reason = why WHERE provider = asked;
        IF circuit.state = 'closed' AND circuit.failures + 1 < patience THEN
            RETURN NULL;
        END IF;
        pause := least(pause * 2 ^ least(greatest(circuit.failures + 1 - patience, 0), 10), interval '5 minutes');
    END IF;
    IF circuit.state = 'open' OR (circuit.state = 'half_open' AND NOT probing) THEN
        -- A call that began before the others were stopped. It says nothing about the window that is open now.
        RETURN greatest(circuit.open_until, clock_timestamp());
    END IF;
    UPDATE provider_circuit SET
        state = 'open', open_until = clock_timestamp() + pause, reason = why, probe_job = NULL, probe_token = NULL,
        forget_at = clock_timestamp() + 2 * pause + greatest(pause, interval '30 seconds'), updated_at = clock_timestamp()
    WHERE provider = asked;
    IF how = 'busy' THEN
        SELECT min(asked_at) AS asked_at, min(answered_at) FILTER (WHERE asked_at >= circuit.open_until) AS answered_at
        INTO made FROM provider_call WHERE provider = asked;
        UPDATE provider_circuit SET
            window_longest = least(window_longest, open_until - made.asked_at),
            window_shortest = least(window_shortest, open_until - made.answered_at),
            budget = CASE WHEN budget IS NULL THEN 1 WHEN probing THEN budget ELSE greatest(budget - 1, 1) END
        WHERE provider = asked;
        -- The next window is another one; what is still under way may arrive in it.
        DELETE FROM provider_call WHERE provider = asked AND answered_at IS NOT NULL;
    END IF;
    PERFORM pg_notify('job_later', '*');
    RETURN clock_timestamp() + pause;
END
$$;

-- Now and then: lets jobs go where the time has come or the probe is gone, and forgets what is old.
-- Returns the seconds until it is due again; NULL without any circuit that is not quiet.
CREATE FUNCTION tend_provider_circuits() RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
    circuit provider_circuit;
    wait interval;
    due double precision;
BEGIN
    FOR circuit IN
        SELECT * FROM provider_circuit
        WHERE state <> 'closed' OR budget IS NOT NULL
            OR EXISTS (SELECT FROM ai_job WHERE status = 'queued' AND blocked_on = 'provider:' || provider)
        FOR UPDATE SKIP LOCKED
    LOOP
        IF circuit.state = 'closed' AND circuit.forget_at <= clock_timestamp() THEN
            PERFORM forget_provider(circuit.provider);
        END IF;
        PERFORM let_provider_jobs_go(circuit.provider);
        wait := CASE
            WHEN circuit.state = 'open' THEN circuit.open_until
            WHEN circuit.state = 'closed' THEN (SELECT room_at FROM provider_calls(circuit.provider, circuit.window_longest))
        END - clock_timestamp();
        due := least(due, 1.0, CASE WHEN wait > interval '0' THEN extract(epoch FROM wait)::double precision END);
        DELETE FROM provider_call
        WHERE provider = circuit.provider AND asked_at < clock_timestamp() - 3 * circuit.window_longest;
    END LOOP;
    RETURN due;
END
$$;
