-- The provider has taken or refused the call that had the lead: the next one may be sent.
DELETE FROM provider_lead WHERE provider = %(provider)s AND job_id = %(job_id)s AND token = %(token)s
