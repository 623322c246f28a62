-- What a call really used, beyond what was taken for it.
UPDATE provider_rate SET tokens = tokens - %(more)s WHERE provider = %(provider)s AND tokens_per_minute IS NOT NULL
