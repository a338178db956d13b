using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Avvik.CareDirectories;

/// <summary>The table that keeps the newest directory.</summary>
public static class CareDirectoryModel
{
    /// <summary>Adds it to a context's model.</summary>
    public static void AddCareDirectory(this ModelBuilder model) => model.Entity<DirectoryRecord>(e =>
    {
        e.ToTable("care_directory");
        e.Property(d => d.Id).ValueGeneratedNever();
    });

    /// <summary>Creates it.</summary>
    public static void CreateCareDirectoryTable(this MigrationBuilder migration) =>
        migration.CreateTable("care_directory", t => new
        {
            id = t.Column<int>(),
            version = t.Column<int>(),
            body = t.Column<string>(),
        }, constraints: t => t.PrimaryKey("PK_care_directory", x => x.id));
}
