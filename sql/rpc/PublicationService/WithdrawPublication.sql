-- WithdrawPublication: a publication stays readable and counts nowhere. A supervisor of its region; again, it changes nothing.
select withdraw_record('publication', :id, :etag, :reason);

select r.*
from publication_answer r
where r.id = :id;
