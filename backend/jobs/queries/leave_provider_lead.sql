-- The call that had the lead was answered, or came to nothing: the next one may be sent. A provider that has answered so many calls
-- within a minute is trusted for ten.
UPDATE provider_lead SET
    job_id = NULL, token = NULL,
    answered = CASE WHEN counted_since > clock_timestamp() - interval '1 minute' THEN answered ELSE 0 END + %(answered)s::bool::int,
    counted_since = CASE
        WHEN counted_since > clock_timestamp() - interval '1 minute' THEN counted_since ELSE clock_timestamp()
    END,
    trusted_until = CASE
        WHEN counted_since > clock_timestamp() - interval '1 minute' AND answered + %(answered)s::bool::int >= %(many)s
            THEN clock_timestamp() + interval '10 minutes'
        ELSE trusted_until
    END
WHERE provider = %(provider)s AND job_id = %(job_id)s AND token = %(token)s
