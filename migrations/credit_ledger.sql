-- The balance of an account is the sum of its entries and nothing else: nobody writes it but this trigger, and the CHECK on
-- credit_account lets no statement take it below zero, whoever else is at it. Entries are never changed.
CREATE FUNCTION book_credit_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE credit_account SET balance = balance + NEW.amount WHERE user_id = NEW.user_id;
    RETURN NULL;
END $$;

CREATE TRIGGER booked AFTER INSERT ON credit_entry FOR EACH ROW EXECUTE FUNCTION book_credit_entry();

CREATE FUNCTION keep_credit_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries of the credit ledger are never changed: write one that makes up for it';
END $$;

CREATE TRIGGER kept BEFORE UPDATE ON credit_entry FOR EACH ROW EXECUTE FUNCTION keep_credit_entry();
