using Microsoft.EntityFrameworkCore;

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
}
