-- user …: the account of that name ($1).
select a.id
from account a
where a.username = $1;
