namespace Avvik.Contracts;

/// <summary>
/// A health community (helsefellesskap) as data: what a file for <c>compose/directory import</c> holds, what the API takes, and what ships in
/// <c>health-communities.json</c>. It is the whole community: what it does not name is not in it.
/// </summary>
public sealed record CommunityDocument
{
    /// <summary>Stable, as <c>helgeland</c>.</summary>
    public required string Code { get; init; }
    /// <summary>Bokmål.</summary>
    public required string Name { get; init; }
    /// <summary>Where the content comes from: addresses or titles, for whoever has to check it.</summary>
    public IReadOnlyList<string>? Sources { get; init; }
    /// <summary>When its parties do not use Avvik: they are sent letters, and nobody of theirs reads anything here. Null: they do.</summary>
    public PeriodDocument? WithoutAvvik { get; init; }
    /// <summary>The hospital trust.</summary>
    public required TrustDocument Trust { get; init; }
    /// <summary>Regions, which together hold every municipality of the community.</summary>
    public required IReadOnlyList<RegionDocument> Regions { get; init; }
    /// <summary>All agreements, past and present.</summary>
    public required IReadOnlyList<AgreementDocument> Agreements { get; init; }
    /// <summary>The units that every municipality has.</summary>
    public required IReadOnlyList<ServiceDocument> MunicipalServices { get; init; }
    /// <summary>Suffix of the municipality's coordinator.</summary>
    public required string MunicipalFallbackSuffix { get; init; }
    /// <summary>GPs and private providers, each under a municipality or the trust.</summary>
    public IReadOnlyList<ProviderDocument>? Providers { get; init; }
    /// <summary>Units that serve several municipalities, as an intermunicipal emergency clinic (interkommunal legevakt).</summary>
    public IReadOnlyList<SharedUnitDocument>? SharedUnits { get; init; }
}

/// <summary>From a day to a day, both included.</summary>
/// <param name="ValidFrom">First day.</param>
/// <param name="ValidTo">Last day; null: no end is set.</param>
public sealed record PeriodDocument(DateOnly ValidFrom, DateOnly? ValidTo = null)
{
    /// <summary>True for a day of it.</summary>
    public bool Covers(DateOnly day) => Validity.Covers(ValidFrom, ValidTo, day);
}

/// <summary>A hospital trust.</summary>
public sealed record TrustDocument
{
    /// <summary>Bokmål.</summary>
    public required string Name { get; init; }
    /// <summary>Nine digits (Enhetsregisteret).</summary>
    public required string OrganizationNumber { get; init; }
    /// <summary>Numbers it had before: they mean it still.</summary>
    public IReadOnlyList<string>? FormerOrganizationNumbers { get; init; }
    /// <summary>Code of the coordinator's unit.</summary>
    public required string FallbackUnit { get; init; }
    /// <summary>Its units.</summary>
    public required IReadOnlyList<CareUnit> Units { get; init; }
    /// <summary>Which unit runs which of the trust's own services; null: as the vocabulary has it.</summary>
    public IReadOnlyList<TrustServiceDocument>? Services { get; init; }
    /// <summary>When it does not use Avvik; null: as its community.</summary>
    public PeriodDocument? WithoutAvvik { get; init; }
}

/// <summary>Who runs one of a trust's own services.</summary>
/// <param name="Service">As a category names it (<see cref="Category.TrustService"/>): <c>prehospital</c>.</param>
/// <param name="Unit">Code of the unit.</param>
public sealed record TrustServiceDocument(string Service, string Unit);

/// <summary>A region of municipalities.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Name">Bokmål.</param>
/// <param name="Municipalities">Its members.</param>
public sealed record RegionDocument(string Code, string Name, IReadOnlyList<MunicipalityDocument> Municipalities);

/// <summary>A municipality.</summary>
public sealed record MunicipalityDocument
{
    /// <summary>Four digits (SSB, Klass 131): the number it has now, or had last.</summary>
    public required string Number { get; init; }
    /// <summary>Bokmål.</summary>
    public required string Name { get; init; }
    /// <summary>Nine digits (Enhetsregisteret).</summary>
    public required string OrganizationNumber { get; init; }
    /// <summary>Numbers it had before, each with its last day.</summary>
    public IReadOnlyList<FormerNumberDocument>? FormerNumbers { get; init; }
    /// <summary>Organisation numbers it had before: they mean it still.</summary>
    public IReadOnlyList<string>? FormerOrganizationNumbers { get; init; }
    /// <summary>What the codes of its units begin with, since they outlive a change of number; null: its number.</summary>
    public string? UnitPrefix { get; init; }
    /// <summary>First day on which it is no more; null: it exists.</summary>
    public DateOnly? EndedOn { get; init; }
    /// <summary>Organisation number of the municipality that has taken over since <see cref="EndedOn"/>.</summary>
    public string? Successor { get; init; }
    /// <summary>When it does not use Avvik; null: as its community.</summary>
    public PeriodDocument? WithoutAvvik { get; init; }
    /// <summary>Mailboxes of its own units; null: none is known.</summary>
    public IReadOnlyList<MailboxDocument>? Mailboxes { get; init; }
}

/// <summary>The shared mailbox of a unit of a municipality.</summary>
/// <param name="Service">The unit, as a suffix of <see cref="CommunityDocument.MunicipalServices"/>: <c>tildeling</c>.</param>
/// <param name="Address">As <see cref="CareUnit.Mailbox"/>: of a function, never of a person.</param>
public sealed record MailboxDocument(string Service, [property: HoldsIdentity] string Address);

/// <summary>A municipality number that is no longer in use.</summary>
/// <param name="Number">Four digits.</param>
/// <param name="LastDay">Last day on which it applied.</param>
public sealed record FormerNumberDocument(string Number, DateOnly LastDay);

/// <summary>A cooperation agreement.</summary>
public sealed record AgreementDocument
{
    /// <summary>Stable.</summary>
    public required string Code { get; init; }
    /// <summary>Bokmål.</summary>
    public required string Name { get; init; }
    /// <summary>First day in force.</summary>
    public required DateOnly ValidFrom { get; init; }
    /// <summary>Last day in force as it was entered into; null: until another takes over.</summary>
    public DateOnly? ValidTo { get; init; }
    /// <summary>What has prolonged it since, oldest first.</summary>
    public IReadOnlyList<ProlongationDocument>? Prolongations { get; init; }
    /// <summary>Numbers of the municipalities that it is with; null: all of the community.</summary>
    public IReadOnlyList<string>? Municipalities { get; init; }
    /// <summary>Its own list of clauses; null: the points of the statute.</summary>
    public IReadOnlyList<AgreementClause>? Clauses { get; init; }
    /// <summary>Deadlines that it sets otherwise than the vocabulary.</summary>
    public DeadlinesDocument? Deadlines { get; init; }
    /// <summary>Whatever whoever keeps the file wants to remember.</summary>
    public string? Note { get; init; }
}

/// <summary>Deadlines of an agreement, in the units of <see cref="Deadlines"/>; null: as the vocabulary has it.</summary>
public sealed record DeadlinesDocument
{
#pragma warning disable CS1591 // as in Deadlines
    public int? TriageWorkingDays { get; init; }
    public int? AcknowledgeWorkingDays { get; init; }
    public int? AnswerCalendarDays { get; init; }
    public int? LeaderReminderDays { get; init; }
    public int? EscalationDays { get; init; }
    public int? AutoCloseDays { get; init; }
    public int? PraiseDays { get; init; }
    public int? ReporterAnswerDays { get; init; }
    public int? ReporterWarningDays { get; init; }
    public int? MeasureDays { get; init; }
    public int? EnvelopeRetentionDaysAfterClose { get; init; }
    public int? ReopenMonths { get; init; }
    public int? MaxWrongRecipientHops { get; init; }
    public IReadOnlyList<int>? ReminderPercent { get; init; }
#pragma warning restore CS1591

    /// <summary>Each number with its name.</summary>
    public IEnumerable<(string Name, int? Value)> Numbers() =>
    [
        ("triageWorkingDays", TriageWorkingDays), ("acknowledgeWorkingDays", AcknowledgeWorkingDays), ("answerCalendarDays", AnswerCalendarDays),
        ("leaderReminderDays", LeaderReminderDays), ("escalationDays", EscalationDays), ("autoCloseDays", AutoCloseDays), ("praiseDays", PraiseDays),
        ("reporterAnswerDays", ReporterAnswerDays), ("reporterWarningDays", ReporterWarningDays), ("measureDays", MeasureDays),
        ("envelopeRetentionDaysAfterClose", EnvelopeRetentionDaysAfterClose), ("reopenMonths", ReopenMonths), ("maxWrongRecipientHops", MaxWrongRecipientHops),
    ];

    /// <summary>These, and the defaults for the rest.</summary>
    public Deadlines Over(Deadlines defaults) => new()
    {
        TriageWorkingDays = TriageWorkingDays ?? defaults.TriageWorkingDays,
        AcknowledgeWorkingDays = AcknowledgeWorkingDays ?? defaults.AcknowledgeWorkingDays,
        AnswerCalendarDays = AnswerCalendarDays ?? defaults.AnswerCalendarDays,
        LeaderReminderDays = LeaderReminderDays ?? defaults.LeaderReminderDays,
        EscalationDays = EscalationDays ?? defaults.EscalationDays,
        AutoCloseDays = AutoCloseDays ?? defaults.AutoCloseDays,
        PraiseDays = PraiseDays ?? defaults.PraiseDays,
        ReporterAnswerDays = ReporterAnswerDays ?? defaults.ReporterAnswerDays,
        ReporterWarningDays = ReporterWarningDays ?? defaults.ReporterWarningDays,
        MeasureDays = MeasureDays ?? defaults.MeasureDays,
        EnvelopeRetentionDaysAfterClose = EnvelopeRetentionDaysAfterClose ?? defaults.EnvelopeRetentionDaysAfterClose,
        ReopenMonths = ReopenMonths ?? defaults.ReopenMonths,
        MaxWrongRecipientHops = MaxWrongRecipientHops ?? defaults.MaxWrongRecipientHops,
        ReminderPercent = ReminderPercent ?? defaults.ReminderPercent,
    };
}

/// <summary>A prolongation of an agreement.</summary>
/// <param name="ValidTo">New last day in force.</param>
/// <param name="Reason">Who decided it, and where.</param>
public sealed record ProlongationDocument(DateOnly ValidTo, string? Reason = null);

/// <summary>A clause in an agreement's own list.</summary>
/// <param name="Number">As the agreement has it: <c>8-1</c>.</param>
/// <param name="Statutory">Point of helse- og omsorgstjenesteloven § 6-2 that it is counted by; null: none.</param>
/// <param name="Title">Bokmål.</param>
/// <param name="Text">What the parties have agreed.</param>
/// <param name="PatientSummary">The same, for the patient to read.</param>
/// <param name="ValidFrom">First day in force; null: since the agreement is.</param>
/// <param name="ValidTo">Last day in force; null: as long as the agreement is.</param>
public sealed record AgreementClause(string Number, string? Statutory, string Title, string? Text = null, string? PatientSummary = null,
    DateOnly? ValidFrom = null, DateOnly? ValidTo = null)
{
    /// <summary>True when it applies on a day on which its agreement is in force.</summary>
    public bool IsInForceOn(DateOnly day) => Validity.Covers(ValidFrom, ValidTo, day);
}

/// <summary>A unit that every municipality of a community has.</summary>
/// <param name="Suffix">What its code ends with: <c>tildeling</c>.</param>
/// <param name="Name">Bokmål.</param>
public sealed record ServiceDocument(string Suffix, string Name);

/// <summary>
/// A GP's office, or a private provider: a party of its own, with the agreements and the figures of whom it is under. One that is under nobody is an
/// organisation outside every community (a trust without municipalities, a private hospital): no agreement binds it, and it uses Avvik only when
/// <see cref="WithoutAvvik"/> says until when it did not.
/// </summary>
public sealed record ProviderDocument
{
    /// <summary>Nine digits (Enhetsregisteret).</summary>
    public required string OrganizationNumber { get; init; }
    /// <summary>What people call it.</summary>
    public required string Name { get; init; }
    /// <summary>Code of <c>partyKinds</c>: <c>gp</c> or <c>private</c>; under nobody <c>trust</c> or <c>private</c>.</summary>
    public required string Kind { get; init; }
    /// <summary>Organisation number of the municipality or the trust that it works for; null: of none.</summary>
    public string? Under { get; init; }
    /// <summary>When it does not use Avvik; null: as whom it is under.</summary>
    public PeriodDocument? WithoutAvvik { get; init; }
    /// <summary>First day on which it is no more; null: it exists.</summary>
    public DateOnly? EndedOn { get; init; }
    /// <summary>As <see cref="CareUnit.Mailbox"/>: of the office, never of a person.</summary>
    [HoldsIdentity]
    public string? Mailbox { get; init; }
}

/// <summary>A unit of one municipality that does the same work for others.</summary>
public sealed record SharedUnitDocument
{
    /// <summary>Stable: <c>3420-interkommunal-legevakt</c>.</summary>
    public required string Code { get; init; }
    /// <summary>Bokmål.</summary>
    public required string Name { get; init; }
    /// <summary>The municipal service that it takes the place of: a suffix of <see cref="CommunityDocument.MunicipalServices"/>.</summary>
    public required string Service { get; init; }
    /// <summary>Organisation number of the municipality whose people work there.</summary>
    public required string Host { get; init; }
    /// <summary>First day on which it does so.</summary>
    public required DateOnly ValidFrom { get; init; }
    /// <summary>Organisation numbers of the municipalities that it serves, besides its host.</summary>
    public required IReadOnlyList<string> Serves { get; init; }
    /// <summary>As <see cref="CareUnit.Mailbox"/>: of a function, never of a person.</summary>
    [HoldsIdentity]
    public string? Mailbox { get; init; }
}
