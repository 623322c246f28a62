-- What people are called.
SELECT id, name FROM app_user WHERE id = ANY (%(ids)s::uuid[])
