-- Reads back the rows that were kept under a request id: the engine alone, for a call that was made before. Promises the columns of the
-- statement that gave them, in their order.
-- $1 request id · {columns} names and types
select kept.*
from jsonb_to_recordset(kept_answer($1)) as kept ({columns})
