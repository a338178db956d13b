namespace Avvik.Hosting;

/// <summary>Who may call at all; what they may see is decided where the data is.</summary>
public static class Policies
{
    public const string Reporter = "reporter", CaseParty = "caseParty", Coordinator = "coordinator", Lessons = "lessons", LessonEditor = "lessonEditor", Statistics = "statistics", Secretariat = "secretariat", Signals = "signals", Admin = "admin", DirectoryEditor = "directoryEditor", Auditor = "auditor";
}
