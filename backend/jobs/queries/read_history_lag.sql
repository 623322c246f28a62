-- Up to when ended jobs can be found by their words, if the duty that writes the history is more than "seconds" behind; else no row.
SELECT greatest(duty.mark, 'epoch') AS mark FROM ai_job_duty AS duty
WHERE duty.name = 'index_history'
    AND duty.mark < now() - %(seconds)s * interval '1 second'
    AND EXISTS (
        SELECT FROM ai_job
        WHERE status IN ('completed', 'failed', 'cancelled')
            AND completed_at > duty.mark AND completed_at < now() - %(seconds)s * interval '1 second'
    )
