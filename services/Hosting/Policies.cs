namespace Avvik.Hosting;

/// <summary>Authorization policies: which roles may call an endpoint. Each service decides which data the caller may see.</summary>
public static class Policies
{
    public const string
        Admin = "admin",
        Auditor = "auditor",
        CaseParty = "caseParty",
        CaseReader = "caseReader",
        Coordinator = "coordinator",
        DirectoryEditor = "directoryEditor",
        Integration = "integration",
        LessonEditor = "lessonEditor",
        Lessons = "lessons",
        Person = "person",
        Reporter = "reporter",
        Secretariat = "secretariat",
        Signals = "signals",
        Statistics = "statistics",
        UnitSettings = "unitSettings";
}
