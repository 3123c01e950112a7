-- Verify: says who asks, and that he may; the rest is done away from the workers, see server/feature/audit_verify.c. Auditors.
select audit_read('audit', null);
