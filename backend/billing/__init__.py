"""What AI costs and who pays for it: the ledger of model calls, credits in tokens, plans, and budgets in dollars."""
