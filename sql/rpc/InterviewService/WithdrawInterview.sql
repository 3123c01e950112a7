-- WithdrawInterview: an interview stays readable and counts nowhere. A supervisor of its region; again, it changes nothing.
select withdraw_record('interview', :id, :etag, :reason);

select r.*
from interview_answer r
where r.id = :id;
