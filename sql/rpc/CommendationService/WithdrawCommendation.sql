-- WithdrawCommendation: a commendation stays readable and counts nowhere. A supervisor of its region; again, it changes nothing.
select withdraw_record('commendation', :id, :etag, :reason);

select r.*
from commendation_answer r
where r.id = :id;
