-- How often a provider may be asked, where somebody has said so: a bucket for calls, one for tokens. The migration that makes
-- the table runs this file.
--
-- A bucket holds ten seconds' worth, at least one call, and fills so that no minute has more than the rate says. What is taken is
-- taken in one statement under the lock of the bucket's row; nothing is held during the call. One call may take more tokens than
-- the bucket holds: it needs a full one, and the others wait until the debt is paid. What a call really used is settled after.

-- What is in the buckets now, what they hold, and what flows in each second. NULL: no rate.
CREATE FUNCTION provider_level(rate provider_rate,
    OUT calls double precision, OUT most_calls double precision, OUT calls_flow double precision,
    OUT tokens double precision, OUT most_tokens double precision, OUT tokens_flow double precision)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    elapsed double precision := greatest(extract(epoch FROM clock_timestamp() - rate.filled_at), 0);
BEGIN
    most_calls := CASE WHEN rate.calls_per_minute IS NOT NULL THEN greatest(rate.calls_per_minute / 6, 1) END;
    calls_flow := (rate.calls_per_minute + 1 - most_calls) / 60;
    calls := least(rate.calls + elapsed * calls_flow, most_calls);
    most_tokens := rate.tokens_per_minute / 6;
    tokens_flow := (rate.tokens_per_minute - most_tokens) / 60;
    tokens := least(rate.tokens + elapsed * tokens_flow, most_tokens);
END
$$;

-- As ask_provider, within a rate: so many calls and tokens a minute (NULL: any), for a call of about so many tokens. If it may not
-- ask, why: rate; busy or down, as the provider has said; probe, while another job finds out.
CREATE FUNCTION ask_rated_provider(asked text, asking uuid, claim uuid,
    calls_rate double precision, tokens_rate double precision, need double precision,
    OUT admitted boolean, OUT until timestamptz, OUT why text)
LANGUAGE plpgsql AS $$
DECLARE
    rate provider_rate;
    level record;
    wait double precision;
BEGIN
    IF calls_rate IS NULL AND tokens_rate IS NULL THEN
        DELETE FROM provider_rate WHERE provider = asked; -- it had one before
    ELSE
        INSERT INTO provider_rate AS kept (provider, calls_per_minute, tokens_per_minute, calls, tokens)
        VALUES (asked, calls_rate, tokens_rate, greatest(calls_rate / 6, 1), tokens_rate / 6)
        ON CONFLICT (provider) DO UPDATE SET
            calls_per_minute = calls_rate, tokens_per_minute = tokens_rate,
            calls = coalesce(kept.calls, 1), tokens = coalesce(kept.tokens, tokens_rate / 6)
        RETURNING * INTO rate;
        SELECT * INTO level FROM provider_level(rate);
        wait := greatest(
            (1 - level.calls) / level.calls_flow,
            (least(need, level.most_tokens) - level.tokens) / level.tokens_flow
        );
        IF wait > 0 THEN
            admitted := false;
            until := clock_timestamp() + wait * interval '1 second';
            why := 'rate';
            INSERT INTO provider_circuit (provider) VALUES (asked) ON CONFLICT DO NOTHING; -- its tender lets the jobs go
            RETURN;
        END IF;
    END IF;
    SELECT told.admitted, told.until INTO admitted, until FROM ask_provider(asked, asking, claim) AS told;
    IF NOT admitted THEN
        why := provider_trouble(asked);
    ELSIF rate.provider IS NOT NULL THEN
        UPDATE provider_rate SET calls = level.calls - 1, tokens = level.tokens - need, filled_at = clock_timestamp()
        WHERE provider = asked;
    END IF;
END
$$;

-- Why nobody may ask a provider now.
CREATE FUNCTION provider_trouble(asked text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT CASE WHEN state <> 'open' THEN 'probe' WHEN failures > 0 THEN 'down' ELSE 'busy' END
        FROM provider_circuit WHERE provider = asked AND (state <> 'closed' OR budget IS NOT NULL)
    ), 'rate')
$$;

-- How many jobs may go and ask now: as many as the circuit says, and as the buckets have room for.
ALTER FUNCTION provider_room(text) RENAME TO provider_circuit_room;
CREATE FUNCTION provider_room(asked text) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT least(
        provider_circuit_room(asked),
        (
            SELECT CASE WHEN level.tokens <= 0 THEN 0 ELSE floor(level.calls)::integer END
            FROM provider_rate AS rate CROSS JOIN LATERAL provider_level(rate) AS level
            WHERE rate.provider = asked
        )
    )
$$;
