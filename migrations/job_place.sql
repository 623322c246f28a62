-- The virtual time, in microseconds, that the nth job gets which a user adds to a queue at once. sort_key is this less
-- "ahead", the offset of the priority. Read by index, locked by nothing: two at once may get the same, which is fair enough.
--
-- A newcomer starts where the queue stands, a further job comes one second after the user's last queued one of its priority.
-- Priorities must neither be inherited by newcomers nor pile up against others:
--   Where a job that overtakes is at the head, the queue stands before the first job that is not its owner's first
--     of that priority: behind one job of each active user, whatever priorities they use. Looked for among the first 64.
--   Where a job of low priority is at the head, the queue stands at the clock's time, at most where that job is: so it comes.
--   The first job of a priority overtakes everybody by its offset. While others wait, the ones after it take their turn
--     with them; while nobody does, they keep ahead of their owner's own jobs.
-- Jobs that are parked under a limit still wait: the queue stands where the first of them does, if that is the first of all,
-- and their owner's next one comes after them.
CREATE FUNCTION next_virtual_time(
    in_queue text, in_user uuid, in_priority text, ahead bigint, nth bigint
) RETURNS bigint STABLE LANGUAGE plpgsql AS $$
DECLARE
    second CONSTANT bigint := 1000000;
    many CONSTANT integer := 64;
    stands bigint := (extract(epoch FROM statement_timestamp()) * second)::bigint;
    limited boolean;
    head_time bigint; -- of the first job of the queue, and its sort_key
    head_key bigint;
    parked_time bigint;
    parked_key bigint;
    last bigint;
BEGIN
    -- One statement for the usual case, where it is all that has to be known: each costs as much as the whole insert.
    SELECT EXISTS (SELECT FROM job_limit), head.virtual_time, head.sort_key, mine.virtual_time
    INTO limited, head_time, head_key, last
    FROM (VALUES (1)) AS once (one)
    LEFT JOIN LATERAL (
        SELECT virtual_time, sort_key FROM ai_job
        WHERE queue = in_queue AND status = 'queued' AND runnable
        ORDER BY sort_key, id LIMIT 1
    ) AS head ON true
    LEFT JOIN LATERAL (
        SELECT virtual_time FROM ai_job
        WHERE queue = in_queue AND user_id = in_user AND priority = in_priority AND status = 'queued' AND runnable
        ORDER BY virtual_time DESC LIMIT 1
    ) AS mine ON true;
    IF limited THEN
        SELECT virtual_time, sort_key INTO parked_time, parked_key FROM ai_job
        WHERE queue = in_queue AND status = 'queued' AND blocked_on LIKE 'limit:%'
        ORDER BY sort_key, id LIMIT 1;
        IF parked_key < head_key OR head_key IS NULL THEN
            head_time := parked_time;
            head_key := parked_key;
        END IF;
        last := greatest(last, (
            SELECT virtual_time FROM ai_job
            WHERE queue = in_queue AND user_id = in_user AND priority = in_priority
                AND status = 'queued' AND blocked_on LIKE 'limit:%'
            ORDER BY virtual_time DESC LIMIT 1
        ));
    END IF;
    IF head_key IS NOT NULL THEN
        stands := greatest(head_time, least(head_key, stands));
    END IF;
    IF head_key < head_time THEN
        SELECT least(stands, min(sort_key) - 1) INTO stands
        FROM (
            SELECT sort_key, row_number() OVER (PARTITION BY user_id, priority ORDER BY sort_key, id) AS place
            FROM (
                SELECT user_id, priority, sort_key, id FROM ai_job
                WHERE queue = in_queue AND status = 'queued' AND runnable
                ORDER BY sort_key, id LIMIT many
            ) AS first
        ) AS first
        WHERE place = 2;
    END IF;

    IF last IS NULL THEN
        IF nth = 1 THEN
            RETURN stands;
        END IF;
        last := stands;
        nth := nth - 1;
    END IF;
    IF ahead > 0 THEN -- asked for separately: an IF with a query in it runs it always
        IF EXISTS (SELECT FROM ai_job WHERE queue = in_queue AND user_id < in_user AND status = 'queued' AND runnable)
            OR EXISTS (SELECT FROM ai_job WHERE queue = in_queue AND user_id > in_user AND status = 'queued' AND runnable)
        THEN
            RETURN greatest(last + second, stands + ahead + 1) + (nth - 1) * second; -- not older than who waits there
        END IF;
    END IF;
    RETURN greatest(last + second, stands) + (nth - 1) * second;
END
$$
