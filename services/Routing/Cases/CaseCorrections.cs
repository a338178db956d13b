using System.Globalization;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Routing.RoutingRules;

namespace Avvik.Routing.Cases;

/// <summary>What was typed or judged wrong: what is right takes its place, and all that follows from it is derived again.</summary>
internal sealed partial class Case
{
    /// <summary>The facts as they are with what the body says: agreement, direction and clause follow from party, day and category.</summary>
    public DeviationFacts Corrected(CaseAction body, CareDirectory directory)
    {
        var facts = Facts;
        var (reporter, respondent) = (directory.Party(facts.ReporterOrganization)!, directory.Party(body.Organization ?? facts.RespondentOrganization)!);
        if (body.Organization is not null)
            facts = facts with
            {
                RespondentOrganization = respondent.OrganizationNumber,
                RespondentUnit = null,
                RespondentSite = null,
                Direction = Directions.Between(reporter, respondent),
            };
        // A unit that was named with the wrong site is as wrong.
        if (body.Site is not null) facts = facts with { RespondentUnit = null, RespondentSite = respondent.Site(body.Site)?.Site };
        if (LocalMoment.Read(body.OccurredAt) is { } occurred) facts = facts with { OccurredOn = occurred.Day, OccurredAt = occurred.At };
        if (body.Organization is not null || body.OccurredAt is not null)
            facts = facts with { Agreement = reporter.AgreementWith(respondent, facts.OccurredOn)?.Code };
        var category = body.Category ?? facts.Category;
        // A clause of its own stands as long as it is in force; the category's own follows the category and the day.
        AgreementClause? Find(string? number) => AgreementClauses.Find(facts.Community, facts.Agreement, number, facts.OccurredOn);
        var chosen = facts.LocalClause is not null
            || facts.Clause != AgreementClauses.OfCategory(Facts.Community, Facts.Agreement, Facts.Category, Facts.OccurredOn);
        var clause = Find(body.Clause) ?? (body.Category is null && chosen ? Find(facts.LocalClause ?? facts.Clause) : null);
        return facts with
        {
            Category = category,
            Clause = IsPraise ? null : clause is null ? AgreementClauses.OfCategory(facts.Community, facts.Agreement, category, facts.OccurredOn)
                : clause.Statutory,
            LocalClause = IsPraise || clause?.Number == clause?.Statutory ? null : clause?.Number,
            ActualHarm = body.ActualHarm ?? facts.ActualHarm,
            PatientGroups = body.PatientGroups ?? facts.PatientGroups,
            PatientsAffected = body.PatientsAffected ?? facts.PatientsAffected,
        };
    }

    private (string To, string Words) Correct(CaseAction body, string to, RoutingKnowledge knowledge, DateTimeOffset now)
    {
        var (before, unit, due) = (Facts, Unit, DueAt);
        Take(Corrected(body, knowledge.Directory), now);
        if (body.Site is not null) UnknownSite = null;
        var isPlaced = AnsweredAt is null && State is CaseStates.Routed or CaseStates.Acknowledged or CaseStates.InProgress;
        if (isPlaced && (body.Site is not null || body.Category is not null) && AutomaticRules.Contains(Rule, StringComparer.Ordinal)
            && UnitRules.Decide(Facts, null, knowledge.Directory, knowledge.Rules, NorwegianCalendar.DayOf(now)) is var (right, decision)
            && right.Code != Unit)
        {
            RuleVersion = decision.Version;
            AssignUnit(right.Code, decision.Rule, now);
            to = CaseStates.Routed;
        }
        return (to, WithChanges(body.Reason!, before, unit, due, knowledge.Directory));
    }

    private (string To, string Words) HandOver(CaseAction body, RoutingKnowledge knowledge, DateTimeOffset now)
    {
        var (before, unit, due) = (Facts, Unit, DueAt);
        EarlierRespondents = [.. EarlierRespondents, RespondentOrganization];
        Take(Corrected(body, knowledge.Directory), now);
        (RespondentOrganization, UnknownSite, Letters) = (Facts.RespondentOrganization, null, []);
        // The party that gets it has not known of it: its time, and its duty to notify of a serious event, begin now.
        StartClock(now);
        if (Duty is not null) RenewNoticeDuty(now);
        var (right, decision) = UnitRules.Decide(Facts, body.SuggestedUnit, knowledge.Directory, knowledge.Rules, NorwegianCalendar.DayOf(now));
        RuleVersion = decision.Version;
        AssignUnit(right.Code, decision.Rule, now);
        return (CaseStates.Routed, WithChanges(body.Reason!, before, unit, due, knowledge.Directory));
    }

    private void Take(DeviationFacts facts, DateTimeOffset now)
    {
        var agreement = Facts.Agreement;
        (Priority, var reason) = Priorities.Of(facts);
        Classify(facts, ["category:coordinator", "clause:coordinator", reason], now);
        if (facts.Agreement == agreement) return;
        _deadlines = null;
        DueAt = DueAfter(ClockStartedAt);
    }

    /// <summary>The reason, and a line for each thing that is another than before, in bokmål: the history is kept as it was said.</summary>
    private string WithChanges(string reason, DeviationFacts before, string unit, DateTimeOffset due, CareDirectory directory)
    {
        (string Name, string? Was, string? Is)[] changes =
        [
            ("respondent", Party(before.RespondentOrganization), Party(Facts.RespondentOrganization)),
            ("occurred", When(before), When(Facts)),
            ("site", before.RespondentSite, Facts.RespondentSite),
            ("category", Label(before.Category, Vocabulary.Categories.GetValueOrDefault(before.Category ?? "")?.Label),
                Label(Facts.Category, Vocabulary.Categories.GetValueOrDefault(Facts.Category ?? "")?.Label)),
            ("agreement", Agreement(before), Agreement(Facts)),
            ("clause", before.LocalClause ?? before.Clause, Facts.LocalClause ?? Facts.Clause),
            ("harm", Vocabulary.Harm[before.ActualHarm].Label, Vocabulary.Harm[Facts.ActualHarm].Label),
            ("patientGroups", Groups(before), Groups(Facts)),
            ("patientsAffected", Number(before.AffectedPatients), Number(Facts.AffectedPatients)),
            ("unit", UnitName(before.RespondentOrganization, unit), UnitName(Facts.RespondentOrganization, Unit)),
            ("due", Written(LastDayBefore(due)), Written(LastDayBefore(DueAt))),
        ];
        var none = Texts.Message("none");
        return string.Join('\n', changes.Where(c => c.Was != c.Is)
            .Select(c => Texts.Message($"changed.{c.Name}", c.Was ?? none, c.Is ?? none)).Prepend(reason));

        string? Party(string organization) => directory.Party(organization)?.Name;
        string? UnitName(string organization, string code) => directory.Party(organization)?.Unit(code)?.Name;
        string? Agreement(DeviationFacts facts) =>
            HealthCommunities.Community(facts.Community)?.Agreements.FirstOrDefault(a => a.Code == facts.Agreement)?.Name;
        static string? Label(string? code, string? label) => label ?? code;
        static string? Groups(DeviationFacts facts) =>
            facts.PatientGroups.Count == 0 ? null : string.Join(", ", facts.PatientGroups.Select(g => Vocabulary.PatientGroups[g].Label));
        static string? Number(int? number) => number?.ToString("N0", CultureInfo.GetCultureInfo("nb-NO"));
        static string When(DeviationFacts facts) => facts.OccurredAt is { } at
            ? NorwegianCalendar.LocalTimeOf(at).ToString("dd.MM.yyyy HH:mm", CultureInfo.InvariantCulture) : Written(facts.OccurredOn);
    }
}
