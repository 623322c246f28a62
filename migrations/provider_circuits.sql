-- Whether a provider may be asked. The migration that makes the table runs this file.
--
-- closed: ask. open: nobody asks until open_until. half_open: one job asks, the probe, and all others wait for what comes of it.
-- Jobs that may not ask are blocked on 'provider:<name>' until they are let go.
-- After a refusal for too many calls the circuit learns how many a window has room for (budget): so many may ask side by side,
-- and each call beyond it is a probe again, sent when all before it have been answered, so that one call in a window is wasted at most. The budget is forgotten when no
-- refusal has come for two windows. A window begins with the first call after a refusal and is as long as from there to the
-- end that the next refusal names; calls of the next one must not be taken for room in this one.

CREATE FUNCTION ask_provider(asked text, asking uuid, token uuid, OUT admitted boolean, OUT until timestamptz)
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
    IF circuit.state = 'closed' AND circuit.forget_at <= clock_timestamp() THEN
        UPDATE provider_circuit SET budget = NULL, calls = 0, answered = 0 WHERE provider = asked;
        RETURN;
    END IF;
    IF circuit.state = 'closed' AND circuit.window_from + circuit.window_length <= clock_timestamp() THEN
        circuit.state := 'over'; -- another window as far as we know: its first call finds out
    ELSIF circuit.state = 'closed' AND (circuit.budget IS NULL OR circuit.calls < circuit.budget) THEN
        UPDATE provider_circuit SET calls = calls + 1 WHERE provider = asked;
        RETURN;
    END IF;
    IF circuit.probe_token = token THEN
        RETURN;
    END IF;
    IF (circuit.state = 'open' AND circuit.open_until > clock_timestamp())
        OR (circuit.state = 'closed' AND circuit.answered < circuit.calls)
        OR (circuit.state = 'half_open' AND EXISTS (
        SELECT FROM ai_job WHERE id = circuit.probe_job AND claim_token = circuit.probe_token
    )) THEN
        admitted := false;
        until := greatest(circuit.open_until, clock_timestamp() + interval '1 second');
        RETURN;
    END IF;
    UPDATE provider_circuit SET
        state = 'half_open', probe_job = asking, probe_token = token, updated_at = clock_timestamp(),
        calls = CASE WHEN circuit.state IN ('open', 'over') THEN 0 ELSE calls END,
        answered = CASE WHEN circuit.state IN ('open', 'over') THEN 0 ELSE answered END,
        window_from = CASE WHEN circuit.state IN ('open', 'over') THEN clock_timestamp() ELSE window_from END
    WHERE provider = asked;
END
$$;

-- Lets jobs go that wait for a provider: one if it is to probe, else as many as the budget has room for.
CREATE FUNCTION let_provider_jobs_go(asked text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    circuit provider_circuit;
    ready text;
    gone integer := 0;
BEGIN
    SELECT * INTO circuit FROM provider_circuit WHERE provider = asked;
    FOR ready IN
        UPDATE ai_job SET runnable = true, blocked_on = NULL, wait_reason = NULL
        WHERE id = ANY (ARRAY(
            SELECT id FROM ai_job WHERE status = 'queued' AND blocked_on = 'provider:' || asked
            ORDER BY sort_key, id
            LIMIT CASE
                WHEN circuit.state <> 'closed' THEN 1
                WHEN circuit.budget IS NULL THEN 1000
                ELSE greatest(circuit.budget - circuit.calls, 1)
            END
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
CREATE FUNCTION note_provider(asked text, token uuid, how text, seconds double precision, why text, patience integer)
RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
    circuit provider_circuit;
    probing boolean;
    pause interval := seconds * interval '1 second';
BEGIN
    SELECT * INTO circuit FROM provider_circuit WHERE provider = asked;
    IF how IN ('ok', 'none') AND (NOT FOUND OR (circuit.state = 'closed' AND circuit.budget IS NULL AND circuit.failures = 0)) THEN
        RETURN NULL;
    END IF;
    INSERT INTO provider_circuit (provider) VALUES (asked) ON CONFLICT DO NOTHING;
    SELECT * INTO circuit FROM provider_circuit WHERE provider = asked FOR UPDATE;
    probing := circuit.state = 'half_open' AND circuit.probe_token = token;
    IF how = 'ok' THEN
        IF probing THEN
            UPDATE provider_circuit SET
                state = 'closed', failures = 0, reason = NULL, open_until = NULL, probe_job = NULL, probe_token = NULL,
                calls = calls + 1, answered = answered + 1,
                budget = CASE WHEN budget IS NULL OR window_from + window_length <= clock_timestamp() THEN budget ELSE greatest(budget, calls + 1) END,
                updated_at = clock_timestamp()
            WHERE provider = asked;
            PERFORM let_provider_jobs_go(asked);
        ELSIF circuit.state = 'closed' THEN
            UPDATE provider_circuit SET failures = 0, answered = answered + 1 WHERE provider = asked;
            IF circuit.calls >= circuit.budget AND circuit.answered + 1 >= circuit.calls THEN
                PERFORM let_provider_jobs_go(asked);
            END IF;
        END IF;
        RETURN NULL;
    END IF;
    IF how = 'none' THEN
        IF probing THEN -- somebody else may find out
            UPDATE provider_circuit SET state = 'open', open_until = clock_timestamp(), probe_job = NULL, probe_token = NULL
            WHERE provider = asked;
            PERFORM let_provider_jobs_go(asked);
        ELSIF circuit.state = 'closed' THEN
            UPDATE provider_circuit SET answered = answered + 1 WHERE provider = asked;
        END IF;
        RETURN NULL;
    END IF;
    IF how = 'down' THEN
        UPDATE provider_circuit SET failures = failures + 1, answered = answered + 1, reason = why WHERE provider = asked;
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
        state = 'open', open_until = clock_timestamp() + pause, forget_at = clock_timestamp() + 2 * pause + greatest(pause, interval '30 seconds'),
        -- Nobody saw where the window of a first refusal began.
        window_length = CASE WHEN how = 'down' THEN window_length WHEN budget IS NOT NULL THEN clock_timestamp() + pause - window_from END,
        reason = why, probe_job = NULL, probe_token = NULL, updated_at = clock_timestamp(),
        budget = CASE WHEN how = 'down' OR probing THEN budget WHEN budget IS NULL THEN 1 ELSE greatest(least(budget, calls) - 1, 1) END
    WHERE provider = asked;
    IF how = 'busy' THEN -- a probe may be the first to hear it
        UPDATE provider_circuit SET budget = 1 WHERE provider = asked AND budget IS NULL;
    END IF;
    PERFORM pg_notify('job_later', '*');
    RETURN clock_timestamp() + pause;
END
$$;

-- Now and then: lets a job probe when the time has come or the probe is gone, and all go where there is nothing to wait for.
-- Returns the seconds until the next window ends; NULL without any circuit that is not quiet.
CREATE FUNCTION tend_provider_circuits() RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
    circuit provider_circuit;
    due double precision;
BEGIN
    FOR circuit IN
        SELECT * FROM provider_circuit
        WHERE state <> 'closed' OR budget IS NOT NULL
            OR EXISTS (SELECT FROM ai_job WHERE status = 'queued' AND blocked_on = 'provider:' || provider)
    LOOP
        IF circuit.state = 'closed' AND circuit.forget_at <= clock_timestamp() THEN
            UPDATE provider_circuit SET budget = NULL, calls = 0, answered = 0
            WHERE provider = circuit.provider AND state = 'closed' AND forget_at <= clock_timestamp();
        END IF;
        due := least(due, 1.0);
        IF circuit.state = 'open' AND circuit.open_until > clock_timestamp() THEN
            due := least(due, extract(epoch FROM circuit.open_until - clock_timestamp())::double precision);
        ELSIF circuit.state <> 'half_open' OR NOT EXISTS (
            SELECT FROM ai_job WHERE id = circuit.probe_job AND claim_token = circuit.probe_token
        ) THEN
            PERFORM let_provider_jobs_go(circuit.provider);
        END IF;
    END LOOP;
    RETURN due;
END
$$;
