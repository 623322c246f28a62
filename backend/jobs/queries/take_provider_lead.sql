-- Of a provider whose limits nobody knows, one call at a time is on its way to it: the lead. Whoever comes behind waits until it was
-- taken or refused, so that the first refusal wastes one call and not all that were sent together. A lead that has not been
-- heard of for so many seconds holds nobody up, and one that has taken many calls lately is trusted to take more at once.
-- known: the circuit itself says who may ask; trusted: nobody leads; taken: this call has the lead; busy: another one has it.
WITH circuit AS (
    SELECT FROM provider_circuit WHERE provider = %(provider)s AND (state <> 'closed' OR budget IS NOT NULL)
),

trust AS (
    SELECT FROM provider_lead WHERE provider = %(provider)s AND trusted_until > clock_timestamp()
),

lead AS (
    INSERT INTO provider_lead AS kept (provider, job_id, token)
    SELECT %(provider)s, %(job_id)s::uuid, %(token)s::uuid
    WHERE NOT EXISTS (SELECT FROM circuit) AND NOT EXISTS (SELECT FROM trust)
    ON CONFLICT (provider) DO UPDATE SET
        job_id = excluded.job_id, token = excluded.token, since = clock_timestamp()
    WHERE kept.job_id IS NULL OR kept.since < clock_timestamp() - make_interval(secs => %(seconds)s)
    RETURNING provider
)

SELECT CASE
    WHEN EXISTS (SELECT FROM circuit) THEN 'known'
    WHEN EXISTS (SELECT FROM trust) THEN 'trusted'
    WHEN EXISTS (SELECT FROM lead) THEN 'taken'
    ELSE 'busy'
END
