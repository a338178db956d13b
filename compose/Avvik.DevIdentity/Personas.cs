namespace Avvik.DevIdentity;

/// <summary>
/// Who a token speaks for, as the gateway reads it. The client is the software: each persona is its own, so that two of
/// them never share idempotency keys or rate limits. The subject is the person, or the software where it acts on its own.
/// </summary>
internal sealed record Identity(string ClientId, string Subject, string? OrganizationParent, IReadOnlyList<string> Roles, string? Unit, string? Name)
{
    public string? OrganizationChild { get; init; }
    public string SecurityLevel { get; init; } = "4";
    /// <summary>Every place where the person has roles, this one among them; empty: only this one.</summary>
    public IReadOnlyList<Identity> Choices { get; init; } = [];
    /// <summary>The session at the issuer that this came from.</summary>
    public string? Session { get; init; }
    public bool IsPerson => !Roles.Contains("client", StringComparer.Ordinal);
}

/// <summary>The people and machines that can be tried without knowing an organisation number by heart.</summary>
internal static class Personas
{
    private const string SykehusetInnlandet = "983971709";
    private const string Hamar = "970540008";
    private const string Nordlandssykehuset = "983974910";
    private const string Bodø = "972418013";

    public static IReadOnlyList<Identity> All { get; } =
    [
        Person("nurse-hamar", "Sykepleier i Hamar kommune", Hamar, "reporter"),
        Person("doctor-gjovik", "Lege ved SI Gjøvik", SykehusetInnlandet, "reporter"),
        Person("ehr-hamar", "Journalsystemet i Hamar kommune", Hamar, "client"),
        Person("ehr-innlandet", "Journalsystemet i Sykehuset Innlandet", SykehusetInnlandet, "client"),
        Person("handler-elverum-hamar", "Saksbehandler i Divisjon Elverum-Hamar", SykehusetInnlandet, "handler", "si-elverum-hamar"),
        Person("handler-hamar-tildeling", "Saksbehandler ved tildelingskontoret i Hamar", Hamar, "handler", "3403-tildeling"),
        Person("leader-elverum-hamar", "Leder for Divisjon Elverum-Hamar", SykehusetInnlandet, "unitLeader", "si-elverum-hamar"),
        Person("leader-hamar-tildeling", "Leder for tildelingskontoret i Hamar", Hamar, "unitLeader", "3403-tildeling"),
        Person("coordinator-si", "Samhandlingskoordinator i Sykehuset Innlandet", SykehusetInnlandet, "coordinator"),
        Person("coordinator-hamar", "Avvikskoordinator i Hamar kommune", Hamar, "coordinator"),
        Person("learning-editor", "Læringsansvarlig i Innlandet", SykehusetInnlandet, "learningEditor"),
        Person("ssu-innlandet", "SSU-medlem i Innlandet", SykehusetInnlandet, "ssu"),
        Person("secretariat-innlandet", "SSU-sekretariatet i Innlandet", SykehusetInnlandet, "secretariat"),
        Person("admin-innlandet", "Systemadministrator i Sykehuset Innlandet", SykehusetInnlandet, "admin"),
        Person("auditor-innlandet", "Revisor i Sykehuset Innlandet", SykehusetInnlandet, "auditor"),

        InSeveralPlaces("kari-flere-roller", "Kari Nordli, flere roller", (Hamar, ["reporter"], null),
            (SykehusetInnlandet, ["handler", "reporter"], "si-elverum-hamar"), (SykehusetInnlandet, ["secretariat"], null)),

        Person("nurse-bodo", "Sykepleier i Bodø kommune", Bodø, "reporter"),
        Person("doctor-nlsh", "Lege ved Nordlandssykehuset", Nordlandssykehuset, "reporter"),
        Person("ehr-bodo", "Journalsystemet i Bodø kommune", Bodø, "client"),
        Person("ehr-nlsh", "Journalsystemet i Nordlandssykehuset", Nordlandssykehuset, "client"),
        Person("handler-nlsh-medisinsk", "Saksbehandler i Medisinsk klinikk", Nordlandssykehuset, "handler", "nlsh-medisinsk"),
        Person("handler-bodo-tildeling", "Saksbehandler ved tildelingskontoret i Bodø", Bodø, "handler", "1804-tildeling"),
        Person("leader-nlsh-medisinsk", "Leder for Medisinsk klinikk", Nordlandssykehuset, "unitLeader", "nlsh-medisinsk"),
        Person("leader-bodo-tildeling", "Leder for tildelingskontoret i Bodø", Bodø, "unitLeader", "1804-tildeling"),
        Person("coordinator-nlsh", "Samhandlingskoordinator i Nordlandssykehuset", Nordlandssykehuset, "coordinator"),
        Person("coordinator-bodo", "Avvikskoordinator i Bodø kommune", Bodø, "coordinator"),
        Person("learning-editor-nlsh", "Læringsansvarlig i Lofoten, Vesterålen og Salten", Nordlandssykehuset, "learningEditor"),
        Person("ssu-nlsh", "SSU-medlem i Lofoten, Vesterålen og Salten", Nordlandssykehuset, "ssu"),
        Person("secretariat-nlsh", "SSU-sekretariatet i Lofoten, Vesterålen og Salten", Nordlandssykehuset, "secretariat"),
        Person("admin-nlsh", "Systemadministrator i Nordlandssykehuset", Nordlandssykehuset, "admin"),
        Person("auditor-nlsh", "Revisor i Nordlandssykehuset", Nordlandssykehuset, "auditor"),
    ];

    public static Identity? Find(string name) => All.FirstOrDefault(p => p.Subject.Equals(name, StringComparison.Ordinal));

    public static void Print(TextWriter writer)
    {
        foreach (var p in All)
            writer.WriteLine($"{p.Subject,-24}{p.OrganizationParent,-11}{string.Join(',', p.Roles),-16}{p.Unit,-18}{p.Name}");
    }

    private static Identity InSeveralPlaces(string name, string described, params (string Organization, string[] Roles, string? Unit)[] places)
    {
        var all = places.Select(p => new Identity(name, name, p.Organization, p.Roles, p.Unit, described)).ToList();
        return all[0] with { Choices = all };
    }

    private static Identity Person(string name, string described, string organization, string role, string? unit = null) =>
        new(name, name, organization, [role], unit, described);
}
