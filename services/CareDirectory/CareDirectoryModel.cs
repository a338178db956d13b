using Microsoft.EntityFrameworkCore;

namespace Avvik.CareDirectories;

/// <summary>The tables that keep the newest directory, and the newest version of each role assignment.</summary>
public static class CareDirectoryModel
{
    /// <summary>Adds them to a context's model.</summary>
    public static void AddCareDirectory(this ModelBuilder model)
    {
        model.Entity<DirectoryRecord>(e =>
        {
            e.ToTable("care_directory");
            e.Property(d => d.Id).ValueGeneratedNever();
        });
        model.Entity<AssignedRole>(e =>
        {
            e.ToTable("assigned_role");
            e.Property(r => r.Id).ValueGeneratedNever();
        });
    }
}
