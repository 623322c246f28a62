-- Of a provider whose limits nobody knows, one call at a time is on its way to it: the lead. Whoever comes behind waits until it was
-- taken or refused, so that the first refusal wastes one call and not all that were sent together. A lead that has not been
-- heard of for so many seconds holds nobody up.
-- known: the circuit itself says who may ask; taken: this call has the lead; busy: another one has it.
WITH circuit AS (
    SELECT FROM provider_circuit WHERE provider = %(provider)s AND (state <> 'closed' OR budget IS NOT NULL)
),

lead AS (
    INSERT INTO provider_lead AS kept (provider, job_id, token)
    SELECT %(provider)s, %(job_id)s::uuid, %(token)s::uuid WHERE NOT EXISTS (SELECT FROM circuit)
    ON CONFLICT (provider) DO UPDATE SET
        job_id = excluded.job_id, token = excluded.token, since = clock_timestamp()
    WHERE kept.since < clock_timestamp() - make_interval(secs => %(seconds)s)
    RETURNING provider
)

SELECT CASE
    WHEN EXISTS (SELECT FROM circuit) THEN 'known'
    WHEN EXISTS (SELECT FROM lead) THEN 'taken'
    ELSE 'busy'
END
