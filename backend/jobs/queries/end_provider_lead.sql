-- The provider has refused a call, or is out: whatever was learned of how many it takes is forgotten, and the lead with it.
DELETE FROM provider_lead WHERE provider = %(provider)s
