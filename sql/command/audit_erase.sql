-- Erases what the audit says of $1. The owner.
select audit_erase($1)
