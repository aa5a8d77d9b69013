// The sum of the chosen hand-overs, said while choosing. The server counts again; without this the first sum stands.
const form = document.querySelector("[data-sum]");

function rupiah(amount) {
  return `Rp${String(amount).replace(/\B(?=(\d{3})+(?!\d))/g, ".")}`;
}

function tell() {
  const chosen = [...form.querySelectorAll("[data-rupiah]:checked")];
  const total = chosen.reduce((sum, box) => sum + Number(box.dataset.rupiah), 0);
  form.querySelector("[data-total]").textContent = rupiah(total);
}

form?.addEventListener("change", tell);
