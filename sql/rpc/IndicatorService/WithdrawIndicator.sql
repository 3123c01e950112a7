-- WithdrawIndicator: a ranking stays readable and counts nowhere. A supervisor of its region; again, it changes nothing.
select withdraw_record('indicator', :id, :etag, :reason);

select r.*
from indicator_answer r
where r.id = :id;
