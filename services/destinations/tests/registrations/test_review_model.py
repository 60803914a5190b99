"""The pure decisions go as a model of the contract goes, whatever is done in which order under which settings."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from lives import ANNA, COLLEGE, COUNSELLOR, FREELANCE, GRADUATE, SCHOOL, SEEKING, stored
from review_model import Review

from common.errors import QuxiangError
from common.identifiers import ClassCode, CollegeCode
from destinations.registrations.domain import deciding, permitting
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.lifecycle import (
    TRANSITIONS,
    WRITTEN_ANEW,
    Action,
    Confirmation,
    Party,
    Stage,
    State,
)
from destinations.registrations.domain.registration import Change, LateReason, Person, Registration, Terms
from destinations.seasons.domain import ALWAYS, Level, Phase


def reading(registration: Registration, season: tuple[Level, ...], phase: Phase) -> Registration:
    """The registration as it is read once the season says so: what is written anew has the levels of by now."""
    levels = season if registration.stage in WRITTEN_ANEW else registration.levels
    return replace(registration, levels=levels, phase=phase)


ACTS = [*TRANSITIONS, Action.EDIT]
SEASONS = [ALWAYS, (Level.COUNSELLOR, *ALWAYS)]


class Life(RuleBasedStateMachine):
    """Any sequence of acts by anybody, under settings that change: it goes as a model of the contract goes."""

    registration: Registration
    model: Review
    author: Party
    confirmed_content: Destination | None = None

    @initialize(
        author=st.sampled_from([GRADUATE, COUNSELLOR, COLLEGE, SCHOOL]),
        college=st.sampled_from([CollegeCode("C01"), None]),
        class_code=st.sampled_from([ClassCode("K1"), None]),
    )
    def register(self, author: Person, college: CollegeCode | None, class_code: ClassCode | None) -> None:
        draft = stored(deciding.create(SEEKING, author, ANNA.cohort, Terms()))
        graduate = replace(ANNA, college_code=college, class_code=class_code)
        self.registration, self.author = replace(draft, graduate=graduate), author.party
        self.model = Review(author.party, author.subject, college is not None, class_code is not None)

    @rule(
        action=st.sampled_from(ACTS),
        party=st.sampled_from(Party),
        subject=st.sampled_from(["anna", "bo", "chen", "dora"]),
        season=st.sampled_from(SEASONS),
        phase=st.sampled_from([*Phase, Phase.OPEN, Phase.OPEN]),
        late_reason=st.sampled_from([None, LateReason.LEFT_LATE]),
        content=st.sampled_from([SEEKING, FREELANCE]),
    )
    def act(
        self,
        action: Action,
        party: Party,
        subject: str,
        season: tuple[Level, ...],
        phase: Phase,
        late_reason: LateReason | None,
        content: Destination,
    ) -> None:
        before, person = reading(self.registration, season, phase), Person(party, subject)
        expected = self.model.act(party, subject, action, phase, late_reason is not None, season)
        allowed = permitting.allowed_transitions(before, person)
        done = self.outcome(before, action, person, late_reason, content)
        if isinstance(done, Change):
            self.registration = replace(stored(done, before), graduate=before.graduate)
            self.author = party if action is Action.EDIT else self.author
            if action is Action.CONFIRM:
                self.confirmed_content = done.content
            assert self.registration.state.value == expected
            assert action in allowed or action is Action.EDIT
        else:
            assert done.code == expected
            assert getattr(done, "extra", {}).get("allowed_transitions") in (None, [each.value for each in allowed])
            assert action not in allowed or done.code == "late_reason_required"

    @rule(
        at=st.integers(0, 99),
        subject=st.sampled_from(["anna", "bo", "chen", "dora"]),
        season=st.sampled_from(SEASONS),
        phase=st.sampled_from([Phase.OPEN, Phase.LATE]),
    )
    def go_on(self, at: int, subject: str, season: tuple[Level, ...], phase: Phase) -> None:
        """Something that is possible, but a return, so that lives go all the way."""
        before = reading(self.registration, season, phase)
        possible = [
            (action, party)
            for party in Party
            for action in permitting.allowed_transitions(before, Person(party, subject))
            if action is not Action.RETURN
        ]
        if before.stage is Stage.SCHOOL_APPROVED:
            possible += [(Action.EDIT, party) for party in Party]
        if possible:
            action, party = possible[at % len(possible)]
            self.act(action, party, subject, season, phase, LateReason.DISPUTE, FREELANCE)

    def outcome(
        self, before: Registration, action: Action, person: Person, reason: LateReason | None, content: Destination
    ) -> Change | QuxiangError:
        try:
            permitting.must_take_part(action, person, before.course.levels)
            if action is Action.EDIT:
                return deciding.edit(before, content.values(), person, reason)
            if action is Action.SUBMIT:
                return deciding.submit(before, person, reason, written_by=self.author)
            return deciding.act(before, action, person, None, reason)
        except QuxiangError as refusal:
            return refusal

    @invariant()
    def a_confirmation_is_of_the_content_that_stands(self) -> None:
        if self.registration.confirmation is Confirmation.CONFIRMED:
            assert self.registration.content == self.confirmed_content

    @invariant()
    def only_approved_content_counts(self) -> None:
        if self.registration.state in {State.SCHOOL_APPROVED, State.VOID_REQUESTED}:
            assert self.registration.effective is not None
            assert self.registration.effective.content == self.registration.content
        if self.registration.stage is Stage.VOIDED:
            assert self.registration.effective is None

    @invariant()
    def who_reviewed_did_nothing_else(self) -> None:
        written, submitted, *reviewed = vars(self.registration.hands).values()
        done = [each for each in reviewed if each is not None]
        assert len(set(done)) == len(done)
        assert not {written, submitted} & set(done)


def test_a_void_in_place_of_a_draft_has_the_levels_of_its_season() -> None:
    life = Life()
    life.register(GRADUATE, ANNA.college_code, ANNA.class_code)
    for number, (action, party, season) in enumerate([
        (Action.SUBMIT, Party.GRADUATE, 0), (Action.COLLEGE_APPROVE, Party.COLLEGE_OFFICER, 0),
        (Action.SCHOOL_APPROVE, Party.SCHOOL_OFFICER, 0), (Action.EDIT, Party.GRADUATE, 0),
        (Action.REQUEST_VOID, Party.GRADUATE, 1), (Action.RETURN, Party.COUNSELLOR, 0),
        (Action.RETURN, Party.COLLEGE_OFFICER, 0), (Action.RETURN, Party.COUNSELLOR, 0),
    ]):  # fmt: skip
        life.act(action, party, f"{number}", SEASONS[season], Phase.OPEN, None, SEEKING)
    assert life.model.state == "school_approved"


TestLife = Life.TestCase
TestLife.settings = settings(stateful_step_count=40)
