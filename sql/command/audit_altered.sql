-- The records that are not as the audit last told, at most $1 of each kind. Auditors, and the owner.
select r.kind,
       r.record,
       r.what
from audit_altered($1) r
order by r.kind, r.record
