using Avvik.AccessLog;
using Avvik.CareDirectories;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Messaging;
using Avvik.Routing.AssignRoles;
using Avvik.Routing.Cases;
using Avvik.Routing.EditDirectory;
using Avvik.Routing.ImportDirectory;
using Avvik.Routing.Lessons;
using Avvik.Routing.RoutingRules;
using Avvik.Routing.Search;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.Persistence;

/// <summary>For <c>dotnet ef</c>.</summary>
internal sealed class DesignTime : DesignTimeFactory<RoutingDbContext>;

internal sealed class RoutingDbContext(DbContextOptions<RoutingDbContext> options) : DbContext(options)
{
    private const string UnreadableAnswer = """{"text":"?","contributingFactors":[],"measures":[]}""", UnreadableNotice = """{"Given":[]}""";
    private readonly TextProtector? _texts = SealedColumns.KeysOf(options);

    public DbSet<Case> Cases => Set<Case>();
    public DbSet<CaseEventRecord> CaseEvents => Set<CaseEventRecord>();
    public DbSet<ReporterMessageRecord> ReporterMessages => Set<ReporterMessageRecord>();
    public DbSet<DuplicateRecord> CaseDuplicates => Set<DuplicateRecord>();
    public DbSet<SuggestedLink> SuggestedLinks => Set<SuggestedLink>();
    public DbSet<RuleSetRecord> RuleSets => Set<RuleSetRecord>();
    public DbSet<Measure> Measures => Set<Measure>();
    public DbSet<Lesson> Lessons => Set<Lesson>();
    public DbSet<LessonWord> LessonWords => Set<LessonWord>();
    public DbSet<DirectoryImportRecord> DirectoryImports => Set<DirectoryImportRecord>();
    public DbSet<RoleAssignmentRecord> RoleAssignments => Set<RoleAssignmentRecord>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => configurationBuilder.UseAvvikConventions();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Case>(e =>
        {
            e.ToTable("cases");
            e.Property(c => c.Id).ValueGeneratedNever();
            e.Property(c => c.Version).IsConcurrencyToken();
            e.Property(c => c.TriageChanges).HasJsonConversion();
            e.Property(c => c.UnitHops).HasJsonConversion();
            e.Property(c => c.EarlierRespondents).HasJsonConversion();
            e.Property(c => c.Letters).HasJsonConversion(Client.ClientJson.Default.Options);
            e.Property(c => c.Reasons).HasJsonConversion();
            e.Property(c => c.Facts).HasJsonConversion(ContractJson.Default.Options);
            e.HasSealedTexts(_texts, nameof(Case.Narrative), nameof(Case.ImmediateAction), nameof(Case.SuggestedMeasure), nameof(Case.ReporterProfession),
                nameof(Case.MessageId), nameof(Case.UnknownSite), nameof(Case.Question), nameof(Case.Disagreement));
            e.Property(c => c.Answer).HasSealedJson(_texts, Client.ClientJson.Default.Options, UnreadableAnswer);
            e.Property(c => c.Closings).HasSealedJson(_texts, Client.ClientJson.Default.Options, "[]");
            e.Property(c => c.PatientInformation).HasSealedJson(_texts, Client.ClientJson.Default.Options, "[]");
            e.Property(c => c.Notice).HasSealedJson(_texts, System.Text.Json.JsonSerializerOptions.Web, UnreadableNotice, NoticeDuty.FromJson);
            // The text index; on SQLite it is a table of its own.
            if (Database.IsSqlite()) e.Ignore(c => c.Words);
            else e.HasIndex(c => c.Words).HasMethod("gin").HasDatabaseName("ix_cases_words");
            e.HasIndex(c => c.Id).HasDatabaseName("ix_cases_not_indexed").HasFilter("not is_indexed");
            // The worklist's questions: what is left to do, by due date, at my unit, at my party, and of what my party reported; other orders
            // are sorted, and counted by state, from the index, without the cases.
            e.HasIndex(c => new { c.Unit, c.IsFinal, c.DueAt, c.Id, c.HarmRank, c.RespondentOrganization, c.State }).HasDatabaseName("ix_cases_unit");
            e.HasIndex(c => new { c.RespondentOrganization, c.IsFinal, c.DueAt, c.Id, c.HarmRank }).HasDatabaseName("ix_cases_respondent");
            // Of these, what one unit reported is found in the index, too: another one would cost each case that is opened.
            e.HasIndex(c => new { c.ReporterOrganization, c.IsFinal, c.DueAt, c.Id, c.HarmRank, c.ReporterUnit, c.RespondentOrganization, c.State, c.Unit })
                .HasDatabaseName("ix_cases_reporter");
            // The counts of a trust's open cases, of which there are tens of thousands: grouped as they stand in the index. Closed cases, most of the table
            // after some years, are not in it.
            e.HasIndex(c => new { c.RespondentOrganization, c.State, c.Unit, c.DueAt })
                .HasDatabaseName("ix_cases_open_respondent").HasFilter("not is_final");
            // The next deadline, which DueWorkService asks for.
            e.Property(c => c.NextDueAt).HasColumnName("next_due_at");
            e.HasIndex(c => c.NextDueAt).HasDatabaseName("ix_cases_next_due").HasFilter("next_due_at is not null");
            // What a health record asks for that follows its tasks.
            e.HasIndex(c => new { c.RespondentOrganization, c.ChangedAt }).HasDatabaseName("ix_cases_changed");
            // The reports of one event; few cases have one.
            e.HasIndex(c => c.EventId).HasDatabaseName("ix_cases_event").HasFilter("event_id is not null");
            e.HasMany(c => c.Measures).WithOne().HasForeignKey(m => m.CaseId);
            e.Navigation(c => c.Measures).HasField("_measures");
        });
        modelBuilder.Entity<Measure>(e =>
        {
            e.ToTable("measures");
            e.HasSealedTexts(_texts, nameof(Measure.Description), nameof(Measure.Owner), nameof(Measure.Note));
            e.Property(m => m.Id).ValueGeneratedNever();
            // Its owner's list, by due date.
            e.HasIndex(m => new { m.Unit, m.DueOn, m.Id }).HasDatabaseName("ix_measures_unit");
            e.HasIndex(m => m.CaseId).HasDatabaseName("ix_measures_case");
        });
        modelBuilder.Entity<Lesson>(e =>
        {
            e.ToTable("lessons");
            e.HasSealedTexts(_texts, nameof(Lesson.Title), nameof(Lesson.WhatHappened), nameof(Lesson.Why), nameof(Lesson.WhatWeChanged),
                nameof(Lesson.WhoShouldKnow));
            e.Property(l => l.Id).ValueGeneratedNever();
            e.Property(l => l.Version).IsConcurrencyToken();
            e.HasIndex(l => l.CaseId).IsUnique().HasDatabaseName("ix_lessons_case");
            // The library, newest first.
            e.HasIndex(l => new { l.Community, l.ListedAt, l.Id }).HasDatabaseName("ix_lessons_community");
        });
        modelBuilder.Entity<LessonWord>(e =>
        {
            e.ToTable("lesson_words");
            e.HasKey(w => new { w.Token, w.LessonId });
            e.HasIndex(w => w.LessonId).HasDatabaseName("ix_lesson_words_lesson");
        });
        modelBuilder.Entity<CaseEventRecord>(e =>
        {
            e.ToTable("case_events");
            e.HasSealedTexts(_texts, nameof(CaseEventRecord.Text));
            e.HasKey(h => new { h.CaseId, h.Version });
        });
        modelBuilder.Entity<ReporterMessageRecord>(e =>
        {
            e.ToTable("reporter_messages");
            e.HasSealedTexts(_texts, nameof(ReporterMessageRecord.Text));
            e.HasKey(m => new { m.CaseId, m.Number });
        });
        modelBuilder.Entity<DuplicateRecord>(e =>
        {
            e.ToTable("case_duplicates");
            e.HasSealedTexts(_texts, nameof(DuplicateRecord.Narrative), nameof(DuplicateRecord.Comment));
            e.Property(d => d.Id).ValueGeneratedNever();
            e.HasIndex(d => d.MainCase).HasDatabaseName("ix_case_duplicates_main");
        });
        modelBuilder.Entity<SuggestedLink>(e =>
        {
            e.ToTable("suggested_links");
            e.HasKey(l => new { l.CaseId, l.OtherId });
        });
        modelBuilder.Entity<RuleSetRecord>(e =>
        {
            e.ToTable("routing_rule_sets");
            e.HasSealedTexts(_texts, nameof(RuleSetRecord.Reason));
            e.HasKey(r => r.Version);
            e.Property(r => r.Version).ValueGeneratedNever();
            e.Property(r => r.Rules).HasJsonConversion(Client.ClientJson.Default.Options);
        });
        modelBuilder.Entity<DirectoryChangeRecord>(e =>
        {
            e.ToTable("directory_changes");
            e.HasSealedTexts(_texts, nameof(DirectoryChangeRecord.Reason));
            e.HasKey(c => c.Version);
            e.Property(c => c.Version).ValueGeneratedNever();
        });
        modelBuilder.Entity<DirectoryImportRecord>(e =>
        {
            e.ToTable("directory_imports");
            e.HasSealedTexts(_texts, nameof(DirectoryImportRecord.Reason));
            e.HasKey(i => i.Version);
            e.Property(i => i.Version).ValueGeneratedNever();
            e.Property(i => i.Communities).HasJsonConversion();
        });
        modelBuilder.Entity<RoleAssignmentRecord>(e =>
        {
            e.ToTable("role_assignments");
            e.HasSealedTexts(_texts, nameof(RoleAssignmentRecord.Name), nameof(RoleAssignmentRecord.Reason), nameof(RoleAssignmentRecord.EndReason));
            e.Property(a => a.Id).ValueGeneratedNever();
            e.Property(a => a.Version).HasDefaultValue(1);
            e.HasIndex(a => new { a.Organization, a.Subject }).HasDatabaseName("ix_role_assignments_subject");
        });
        modelBuilder.Entity<EarlyWithdrawal>(e =>
        {
            e.ToTable("early_withdrawals");
            e.HasKey(w => w.CaseId);
            e.Property(w => w.CaseId).ValueGeneratedNever();
        });
        modelBuilder.Entity<EarlyPatients>(e =>
        {
            e.ToTable("early_patients");
            e.HasKey(p => p.CaseId);
            e.Property(p => p.CaseId).ValueGeneratedNever();
        });
        modelBuilder.AddMessaging();
        modelBuilder.AddCareDirectory();
        modelBuilder.AddAccessLog();
        modelBuilder.AddRedactions();
        modelBuilder.AddCommittedGroups(Database);
        modelBuilder.UseSnakeCase();
    }
}
