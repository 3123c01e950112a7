-- RevealReporter, after a refusal: writes it into the timeline, where the lead is in the caller's sight.
select reveal_refused(:id, :purpose);
