-- WithdrawEducation: an event stays readable and counts nowhere. A supervisor of its region; again, it changes nothing.
select withdraw_record('education', :id, :etag, :reason);

select r.*
from education_answer r
where r.id = :id;
