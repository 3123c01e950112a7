-- Reading and verifying the audit is itself told. The owner.
select audit_write('opened', 'audit', null, null, 'done')
